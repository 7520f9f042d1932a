/** What the reader has selected: seats and places in areas, with what each costs. */

import { digits, FREE, make, money, several } from './words.js';

export class Basket {
  /** `told` has `changed(seats)`; `app` has seats and currency. */
  constructor(box, app, told) {
    Object.assign(this, { box, app, told, seats: new Map(), areas: new Map(), limits: new Map() });
  }

  /** How many places are selected. */
  get size() {
    return this.seats.size + [...this.areas.values()].reduce((sum, places) => sum + places, 0);
  }

  /** Selects a seat, or lets go of it. Returns what to say. */
  toggle(seat) {
    const { seats } = this.app;
    if (this.seats.delete(seat)) return this.#changed([seat], 'let go');
    if (!seats.open(seat)) return null;
    if (this.#full(seats.level[seat])) return this.#limit(seats.level[seat]);
    this.seats.set(seat, true);
    return this.#changed([seat], 'selected');
  }

  /** Takes one place more or less in an area. */
  step(area, by) {
    const places = (this.areas.get(area.index) ?? 0) + by;
    if (by > 0 && this.#full(area.level)) return this.#limit(area.level);
    if (places < 0 || places > area.counts[FREE]) return null;
    if (places) this.areas.set(area.index, places);
    else this.areas.delete(area.index);
    return this.#changed([], `${several(places, 'place')} in ${area.name}`);
  }

  /** Selects these seats and nothing else. */
  replace(seats, areas = []) {
    const before = [...this.seats.keys()];
    this.seats = new Map(seats.map((seat) => [seat, true]));
    this.areas = new Map(areas);
    return this.#changed([...before, ...seats], 'selected');
  }

  /** Lets go of what can no longer be had. Returns the seats that went. */
  drop() {
    const gone = [...this.seats.keys()].filter((seat) => !this.app.seats.open(seat));
    for (const seat of gone) this.seats.delete(seat);
    for (const [index, places] of this.areas) {
      const free = this.app.seats.areas[index].counts[FREE];
      if (free < places) this.areas.set(index, free);
      if (!free) this.areas.delete(index);
    }
    if (gone.length) this.#changed(gone, '');
    return gone;
  }

  /** Whether an order can have no more of a level. `limits` has the levels that are limited. */
  #full(level) {
    const { seats } = this.app;
    const mine = [...this.seats.keys()].filter((seat) => seats.level[seat] === level).length;
    const standing = seats.areas.filter((area) => area.level === level).reduce((sum, area) => sum + (this.areas.get(area.index) ?? 0), 0);
    return mine + standing >= (this.limits.get(level) ?? Infinity);
  }

  #limit(level) {
    const text = `An order can have at most ${several(this.limits.get(level), 'place')} at this price.`;
    this.told.refused(text);
    return text;
  }

  #changed(changed, word) {
    this.render();
    this.told.changed(changed);
    return word;
  }

  /** The lines: what, price, and how to let go of it. */
  #lines() {
    const { seats } = this.app;
    const mine = [...this.seats.keys()].map((seat) => {
      const { section, row, seat: number } = seats.place(seat);
      return { text: `${section}, row ${row}, seat ${number}`, price: seats.price(seat), places: 1, drop: () => this.toggle(seat) };
    });
    const areas = [...this.areas].map(([index, places]) => {
      const area = seats.areas[index];
      return { text: `${places} × ${area.name}`, price: seats.prices[area.level], places, drop: () => this.replace([...this.seats.keys()], [...this.areas].filter(([other]) => other !== index)) };
    });
    return [...mine, ...areas];
  }

  /** Draws the selection anew. */
  render() {
    const lines = this.#lines();
    const [held, line] = [this.box.contains(document.activeElement), this.#drops().indexOf(document.activeElement)];
    this.box.hidden = !lines.length;
    if (lines.length) this.#show(lines);
    // What had the focus is gone: it goes to the next line, to the sum, or back to the sections.
    if (held && lines.length) (this.#drops()[Math.min(line, lines.length - 1)] ?? this.box.querySelector('summary')).focus();
    else if (held) document.getElementById('panel').focus();
  }

  #drops() {
    return [...this.box.querySelectorAll('.drop')];
  }

  #show(lines) {
    const sum = (name) => lines.reduce((total, { price, places }) => total + (price?.[name] ?? 0) * places, 0);
    const say = (cents) => money(cents, this.app.currency);
    const open = this.box.querySelector('details')?.open ?? innerWidth > 900;
    const total = make('summary', {}, make('span', {}, several(this.size, 'place')), make('strong', {}, say(sum('total_cents'))));
    const items = lines.map(({ text, price, places, drop }) => make('li', {},
      make('span', {}, text), make('span.price', {}, price ? say(price.total_cents * places) : '–'),
      make('button.drop', { type: 'button', 'aria-label': `Remove ${text}`, onclick: drop }, '×')));
    const sums = [['Tickets', sum('face_cents')], ['Fees', sum('fees_cents')], ['Total', sum('total_cents')]];
    const table = make('dl', {}, ...sums.flatMap(([name, cents]) => [make('dt', {}, name), make('dd', {}, say(cents))]));
    const clear = make('button', { type: 'button', onclick: () => this.replace([]) }, 'Clear selection');
    this.box.replaceChildren(make('details', { open }, total, make('ul', {}, ...items), table, clear));
  }
}

/** What a typed amount is in minor units; null for none. */
export function cents(text, currency) {
  const amount = Number.parseFloat(String(text).replace(',', '.'));
  return Number.isFinite(amount) && amount >= 0 ? Math.round(amount * 10 ** digits(currency)) : null;
}
