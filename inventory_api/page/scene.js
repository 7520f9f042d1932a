/** Paints the chart: seats when they are large enough to be told apart, sections by name before that. */

import { inside, outline } from './outlines.js';
import { bands, shapeOf, Theme } from './paint.js';
import { ACCESSIBLE } from './seats.js';
import { FREE, HELD, LISTED } from './words.js';

/** Pixels of radius: below it a seat is a square without shape. */
export const DOT = 1.7;
/** Pixels of radius: from it on a seat can be pointed at. */
export const LOOSE = 3.4;
const NAMED = 9; // pixels of radius from which a seat shows its number
const FONT = '-apple-system, "Segoe UI", Roboto, "Liberation Sans", system-ui, sans-serif';
const NAME_FONTS = [`600 13px ${FONT}`, `12px ${FONT}`];

export class Scene {
  /** `view` says what part is shown; `faded` (a byte a seat) and `kinds` what a filter hides; `note(part)` is a second line. */
  constructor(seats, view) {
    Object.assign(this, { seats, view, hover: null, note: () => '', faded: new Uint8Array(seats.size), kinds: new Set() });
    this.shapes = seats.parts.map((part) => outline(part, seats));
    this.look();
  }

  /** Reads the colours and prices again. */
  look() {
    this.theme = new Theme();
    this.bands = bands(this.seats.levels, this.seats.prices);
  }

  /** The colour of a price level. */
  colour(level) {
    return this.theme.bands[this.bands[level]];
  }

  /** Paints everything that is in view. */
  paint(pen, ratio) {
    this.ratio = ratio;
    const { width, height } = this.view;
    pen.fillStyle = this.theme.ground;
    pen.fillRect(0, 0, width, height);
    const seen = this.seats.parts.filter((part) => this.#seen(part));
    for (const part of seen) this.#paintShape(pen, part);
    for (const part of seen) if (part.rows) this.#paintSeats(pen, part);
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    this.#paintNames(pen, seen);
  }

  #seen({ box, radius }) {
    const { scale, left, top, width, height } = this.view;
    const edge = (radius + 2) * scale;
    return box[2] * scale + left > -edge && box[0] * scale + left < width + edge
      && box[3] * scale + top > -edge && box[1] * scale + top < height + edge;
  }

  #paintShape(pen, part) {
    const { scale, left, top } = this.view;
    const lit = this.hover?.part === part;
    const [edge, border] = lit ? [this.theme.focus, 5] : [this.theme.edge, 2];
    pen.save();
    pen.translate(left, top);
    pen.scale(scale, scale);
    pen.lineJoin = 'round';
    const pad = 2.5 * part.radius; // none for areas
    // The outline runs through the outermost seats: a wide stroke puts them inside.
    for (const [colour, width] of [[edge, pad + border / scale], [this.theme.section, pad]]) {
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = width;
      pen.stroke(this.shapes[part.number]);
    }
    pen.fill(this.shapes[part.number]);
    if (!part.rows && part.counts[FREE]) {
      pen.globalAlpha = 0.16;
      pen.fillStyle = this.kinds.size && !this.kinds.has(part.level) ? this.theme.faded : this.colour(part.level);
      pen.fill(this.shapes[part.number]);
    }
    pen.restore();
  }

  #paintSeats(pen, section) {
    const radius = section.radius * this.view.scale;
    if (radius < DOT) this.#paintDots(pen, section, Math.max(section.grain * this.view.scale, 1));
    else this.#paintSprites(pen, section, radius);
  }

  #fill(seat) {
    const { status } = this.seats;
    if (status[seat] === FREE) return this.faded[seat] ? this.theme.faded : this.colour(this.seats.level[seat]);
    if (status[seat] === LISTED) return this.faded[seat] ? this.theme.faded : this.theme.resale;
    return status[seat] === HELD ? this.theme.held : this.theme.taken;
  }

  #paintDots(pen, { first, end }, size) {
    const { scale, left, top } = this.view;
    const { x, y, status } = this.seats;
    const half = size / 2;
    for (let seat = first; seat < end; seat += 1) {
      const open = (status[seat] === FREE || status[seat] === LISTED) && !this.faded[seat];
      pen.fillStyle = this.#fill(seat);
      const [side, shift] = open ? [size, half] : [size * 0.4, half * 0.4];
      pen.fillRect(x[seat] * scale + left - shift, y[seat] * scale + top - shift, side, side);
    }
  }

  #paintSprites(pen, section, radius) {
    const { scale, left, top, width, height } = this.view;
    const { x, y, status, flags } = this.seats;
    const edge = radius * 2;
    for (let seat = section.first; seat < section.end; seat += 1) {
      const [atX, atY] = [x[seat] * scale + left, y[seat] * scale + top];
      if (atX < -edge || atX > width + edge || atY < -edge || atY > height + edge) continue;
      const shape = this.faded[seat] && this.seats.open(seat) ? 'faded' : shapeOf(status[seat], flags[seat] & ACCESSIBLE);
      const sprite = this.theme.sprite(shape, this.#fill(seat), radius, this.ratio);
      pen.drawImage(sprite, atX - sprite.half, atY - sprite.half, 2 * sprite.half, 2 * sprite.half);
    }
    if (radius >= LOOSE) this.#paintLetters(pen, section, radius);
  }

  /** Names of rows at both ends, and numbers of seats that can be had. */
  #paintLetters(pen, section, radius) {
    const { scale, left, top, width, height } = this.view;
    const { x, y } = this.seats;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    for (const row of section.rows) {
      pen.fillStyle = this.theme.dim;
      pen.font = `${Math.min(13, Math.max(9, radius * 1.3))}px ${FONT}`;
      const last = row.end - 1;
      const step = row.end - row.first > 1 ? [x[row.first] - x[row.first + 1], y[row.first] - y[row.first + 1]] : [-1, 0];
      const far = Math.hypot(...step) || 1;
      const away = radius * 1.2 + 9;
      const tip = [x[row.first] * scale + left + (step[0] / far) * away, y[row.first] * scale + top + (step[1] / far) * away];
      pen.fillText(row.name, ...tip);
      const turn = last > row.first ? [x[last] - x[last - 1], y[last] - y[last - 1]] : [1, 0];
      const length = Math.hypot(...turn) || 1;
      pen.fillText(row.name, x[last] * scale + left + (turn[0] / length) * away, y[last] * scale + top + (turn[1] / length) * away);
      if (radius < NAMED) continue;
      pen.font = `600 ${radius * 0.85}px ${FONT}`;
      for (let seat = row.first; seat < row.end; seat += 1) {
        const [atX, atY] = [x[seat] * scale + left, y[seat] * scale + top];
        if (atX < 0 || atX > width || atY < 0 || atY > height || !this.seats.open(seat) || this.faded[seat]) continue;
        if (this.seats.flags[seat] & ACCESSIBLE && this.seats.status[seat] === FREE) continue;
        pen.fillStyle = this.theme.on(this.#fill(seat));
        pen.fillText(this.seats.place(seat).seat, atX, atY);
      }
    }
  }

  /** Names of sections: on their seats while those are small, with a line about what is left if there is room; else below. */
  #paintNames(pen, parts) {
    const { scale, left, top } = this.view;
    const taken = [];
    const clear = ([x, y, wide, high]) => taken.every(([a, b, w, h]) => Math.abs(x - a) * 2 > wide + w || Math.abs(y - b) * 2 > high + h);
    for (const part of [...parts].sort((a, b) => b.size - a.size)) {
      const [x, y] = this.middle(part);
      const room = this.#room(part);
      for (const lines of [[part.name, this.note?.(part)], [part.name]]) {
        const [wide, high] = this.#measureName(pen, lines.filter(Boolean));
        const small = !part.rows || part.radius * scale < LOOSE;
        const fits = small && wide * high <= room * (lines.length > 1 ? 0.45 : 0.9);
        const place = [x * scale + left, y * scale + top, wide, high];
        if (!fits) place[1] = part.box[3] * scale + top + 2.4 * part.radius * scale + high / 2 + 2;
        if ((!fits && (lines.length > 1 || this.#covers(part, place))) || !clear(place)) continue;
        taken.push(place);
        this.#paintName(pen, lines.filter(Boolean), place);
        break;
      }
    }
  }

  /** Whether a label would lie on another part than its own. */
  #covers(part, [x, y, wide, high]) {
    const { scale, left, top } = this.view;
    return this.seats.parts.some(({ box }, number) => number !== part.number
      && box[0] * scale + left < x + wide / 2 && box[2] * scale + left > x - wide / 2
      && box[1] * scale + top < y + high / 2 && box[3] * scale + top > y - high / 2);
  }

  /** How many square pixels a part covers. */
  #room({ rows, length, depth, box, radius }) {
    const { scale } = this.view;
    const [wide, high] = rows ? [length, depth] : [box[2] - box[0], box[3] - box[1]];
    return (wide + 2 * radius) * (high + 2 * radius) * scale * scale;
  }

  #measureName(pen, lines) {
    const wide = lines.map((text, line) => Object.assign(pen, { font: NAME_FONTS[line] }).measureText(text).width);
    return [Math.max(...wide) + 8, lines.length * 15 + 2];
  }

  #paintName(pen, lines, [x, y, wide, high]) {
    pen.globalAlpha = 0.82;
    pen.fillStyle = this.theme.section;
    pen.beginPath();
    pen.roundRect(x - wide / 2, y - high / 2, wide, high, 5);
    pen.fill();
    pen.globalAlpha = 1;
    lines.forEach((text, line) => {
      Object.assign(pen, { font: NAME_FONTS[line], fillStyle: line ? this.theme.dim : this.theme.text });
      pen.fillText(text, x, y + (line - (lines.length - 1) / 2) * 15 + 0.5);
    });
  }

  /** The point in the middle of a part: of its middle row, since bent sections lie beside the middle of their box. */
  middle(part) {
    if (!part.rows) return (part.middle ??= inside(part.outline, part.box));
    const row = part.rows[part.rows.length >> 1];
    const seat = (row.first + row.end - 1) >> 1;
    return [this.seats.x[seat], this.seats.y[seat]];
  }
}
