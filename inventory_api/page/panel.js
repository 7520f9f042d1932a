/** What stands beside the map: the key of shapes, prices that filter, best seats, packages and resale. */

import { SHAPES } from './paint.js';
import { ACCESSIBLE } from './seats.js';
import { count, FREE, HELD, LISTED, make, money } from './words.js';

/** Draws one shape as it is on the map. */
function picture(shape, colour, theme) {
  const canvas = make('canvas.picture', { width: 40, height: 40, 'aria-hidden': 'true' });
  const pen = canvas.getContext('2d');
  pen.scale(2, 2);
  pen.translate(10, 10);
  pen.fillStyle = pen.strokeStyle = colour;
  SHAPES[shape](pen, 7.5, theme, colour);
  return canvas;
}

/** Fills the key with the shapes that this event has. */
export function showKey(box, { seats, map }) {
  const { theme } = map;
  const some = (status) => seats.total(status) > 0;
  const rows = [
    ['free', theme.bands[0], 'Free', true],
    ['accessible', theme.bands[0], 'Accessible', seats.flags.some((flags) => flags & ACCESSIBLE)],
    ['listed', theme.resale, 'Resale', some(LISTED)],
    ['held', theme.held, 'In a basket', some(HELD)],
    ['sold', theme.taken, 'Taken', true],
    ['chosen', theme.chosen, 'Yours', true],
  ].filter((row) => row[3]);
  box.replaceChildren(...rows.map(([shape, colour, text]) => make('li', {}, picture(shape, colour, theme), text)));
}

/** The prices: each says what it costs and what is left, and shows only its seats when pressed. */
export class Prices {
  constructor(box, app, told) {
    Object.assign(this, { box, app, told, on: new Set(), rows: new Map() });
  }

  /** Makes the rows anew: levels by price, then resale and accessible seats. */
  render() {
    const { seats, currency, map } = this.app;
    const dear = (level) => seats.prices[level]?.total_cents ?? -1;
    const levels = seats.levels.map((_, level) => level).sort((a, b) => dear(b) - dear(a));
    this.rows.clear();
    const rows = levels.map((level) => {
      const price = seats.prices[level];
      const fees = price?.fees_cents ? `${money(price.face_cents, currency)} + ${money(price.fees_cents, currency)} fees` : '';
      return this.#row(level, ['free', map.colour(level)], seats.levels[level], price ? money(price.total_cents, currency) : 'no price yet', fees);
    });
    if (seats.total(LISTED)) rows.push(this.#row('resale', ['listed', map.theme.resale], 'Resale', '', 'offered by owners'));
    if (seats.flags.some((flags) => flags & ACCESSIBLE)) {
      rows.push(this.#row('accessible', ['accessible', map.theme.bands[0]], 'Accessible', '', 'only seats for wheelchair users'));
    }
    this.box.replaceChildren(...rows);
    this.refresh();
  }

  #row(key, [shape, colour], name, price, small) {
    const left = make('span.left');
    const press = () => {
      if (!this.on.delete(key)) this.on.add(key);
      this.refresh();
      this.told.filtered(this.fades(), this.on);
    };
    const button = make('button.filter', { type: 'button', onclick: press },
      picture(shape, colour, this.app.map.theme),
      make('span.name', {}, name, small ? make('small', {}, small) : ''),
      make('span.price', {}, price, left));
    this.rows.set(key, { button, left });
    return make('li', {}, button);
  }

  /** Says anew how many are left. */
  refresh() {
    const { seats } = this.app;
    for (const [key, { button, left }] of this.rows) {
      button.setAttribute('aria-pressed', this.on.has(key));
      if (key === 'accessible') continue;
      const places = key === 'resale' ? seats.total(LISTED) : seats.levelCounts[key][FREE];
      left.textContent = places ? `${count(places)} left` : 'sold out';
    }
  }

  /** A byte a seat: 1 for those that the pressed filters hide. */
  fades() {
    const { seats } = this.app;
    const faded = new Uint8Array(seats.size);
    if (!this.on.size) return faded;
    const kinds = [...this.on].filter((key) => key !== 'accessible');
    for (let seat = 0; seat < seats.size; seat += 1) {
      const kind = seats.status[seat] === LISTED ? 'resale' : seats.level[seat];
      const wanted = (!kinds.length || this.on.has(kind)) && (!this.on.has('accessible') || seats.flags[seat] & ACCESSIBLE);
      faded[seat] = wanted ? 0 : 1;
    }
    return faded;
  }
}
