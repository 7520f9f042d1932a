/** How seats look: shapes tell the status, colours the price, both from the style sheet's variables. */

import { BLOCKED, FREE, HELD, LISTED } from './words.js';

const NAMES = ['ground', 'section', 'edge', 'text', 'dim', 'held', 'taken', 'faded', 'resale', 'chosen', 'on-chosen', 'focus'];
const BANDS = 5;

/** A colour's relative luminance (WCAG 2). */
function luminance(colour) {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = channels.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The colours of the page as it is shown now: light, dark or forced. */
export class Theme {
  constructor() {
    const style = getComputedStyle(document.documentElement);
    for (const name of NAMES) this[name] = style.getPropertyValue(`--${name}`).trim();
    this.bands = Array.from({ length: BANDS }, (_, band) => style.getPropertyValue(`--level-${band + 1}`).trim());
    this.forced = matchMedia('(forced-colors: active)').matches;
    this.sprites = new Map();
  }

  /** The colour of text on a colour: black or white, whichever can be read better. */
  on(colour) {
    if (this.forced) return this.ground;
    return luminance(colour) > 0.179 ? '#000' : '#fff';
  }

  /** The picture of a seat of so many pixels' radius, drawn once. */
  sprite(shape, colour, radius, ratio) {
    const size = Math.max(0.5, Math.round(radius * 4) / 4);
    const key = `${shape} ${colour} ${size}`;
    if (!this.sprites.has(key)) {
      if (this.sprites.size > 400) this.sprites.clear();
      this.sprites.set(key, draw(shape, colour, size, ratio, this));
    }
    return this.sprites.get(key);
  }
}

/** The colour band of each level, dearest first: 0 … 4. Levels without a price come last. */
export function bands(levels, prices) {
  const totals = levels.map((_, level) => prices[level]?.total_cents ?? -1);
  const dear = [...new Set(totals)].sort((a, b) => b - a);
  const spread = Math.max(dear.length, BANDS);
  return totals.map((total) => Math.floor((dear.indexOf(total) * BANDS) / spread));
}

/** The shape of a seat by its status. */
export function shapeOf(status, accessible) {
  if (status === FREE) return accessible ? 'accessible' : 'free';
  if (status === LISTED) return 'listed';
  if (status === HELD) return 'held';
  return status === BLOCKED ? 'blocked' : 'sold';
}

function draw(shape, colour, radius, ratio, theme) {
  const canvas = document.createElement('canvas');
  const half = Math.ceil(radius) + 2;
  canvas.width = canvas.height = 2 * half * ratio;
  canvas.half = half;
  const pen = canvas.getContext('2d');
  pen.scale(ratio, ratio);
  pen.translate(half, half);
  pen.fillStyle = pen.strokeStyle = colour;
  SHAPES[shape](pen, radius, theme, colour);
  return canvas;
}

const circle = (pen, radius) => {
  pen.beginPath();
  pen.arc(0, 0, radius, 0, 2 * Math.PI);
};

/** Each draws around (0, 0) with a pen of the right colour. */
export const SHAPES = {
  free(pen, radius) {
    circle(pen, radius);
    pen.fill();
  },
  accessible(pen, radius, theme, colour) {
    pen.beginPath();
    pen.roundRect(-radius, -radius, 2 * radius, 2 * radius, radius * 0.35);
    pen.fill();
    if (radius < 4) return;
    const unit = radius / 10;
    pen.strokeStyle = pen.fillStyle = theme.on(colour);
    pen.lineWidth = 1.7 * unit;
    pen.beginPath();
    pen.arc(-1 * unit, -5.6 * unit, 1.5 * unit, 0, 7);
    pen.fill();
    pen.beginPath();
    pen.moveTo(-1 * unit, -3 * unit);
    pen.lineTo(-1 * unit, 1.4 * unit);
    pen.lineTo(3 * unit, 1.4 * unit);
    pen.lineTo(4.6 * unit, 5.6 * unit);
    pen.moveTo(-1 * unit, -1 * unit);
    pen.lineTo(2.4 * unit, -1 * unit);
    pen.stroke();
    pen.beginPath();
    pen.arc(-0.6 * unit, 2.6 * unit, 3.9 * unit, 0.3, 4.2);
    pen.stroke();
  },
  listed(pen, radius) {
    const reach = radius * 1.15;
    pen.beginPath();
    pen.moveTo(0, -reach);
    pen.lineTo(reach, 0);
    pen.lineTo(0, reach);
    pen.lineTo(-reach, 0);
    pen.fill();
  },
  held(pen, radius) {
    const width = Math.max(1, radius * 0.22);
    circle(pen, Math.max(radius * 0.86 - width / 2, 0.5));
    pen.lineWidth = width;
    pen.stroke();
    pen.beginPath();
    pen.arc(0, 0, radius * 0.5, Math.PI / 2, 1.5 * Math.PI);
    pen.fill();
  },
  sold(pen, radius) {
    circle(pen, Math.max(radius * 0.36, 0.6));
    pen.fill();
  },
  blocked(pen, radius) {
    pen.lineWidth = Math.max(1, radius * 0.2);
    pen.beginPath();
    for (const side of [-1, 1]) {
      pen.moveTo(-radius * 0.4, -radius * 0.4 * side);
      pen.lineTo(radius * 0.4, radius * 0.4 * side);
    }
    pen.stroke();
  },
  faded(pen, radius) {
    circle(pen, radius * 0.8);
    pen.lineWidth = Math.max(0.75, radius * 0.12);
    pen.stroke();
  },
  chosen(pen, radius, theme) {
    circle(pen, radius);
    pen.fill();
    pen.strokeStyle = theme['on-chosen'];
    pen.lineWidth = Math.max(1.4, radius * 0.26);
    pen.lineCap = pen.lineJoin = 'round';
    pen.beginPath();
    pen.moveTo(-radius * 0.45, radius * 0.02);
    pen.lineTo(-radius * 0.1, radius * 0.38);
    pen.lineTo(radius * 0.46, -radius * 0.34);
    pen.stroke();
  },
};
