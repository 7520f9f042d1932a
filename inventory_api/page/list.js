/** The seats as a list, beside the map: sections, and in each its rows of seats. Made for keyboards and screen readers too. */

import { cost, sentence } from './notes.js';
import { ACCESSIBLE } from './seats.js';
import { count, make, several } from './words.js';

const LOOKS = ['free', 'held', 'sold', 'blocked', 'listed'];

export class List {
  /** `told` has `choose(seat)`, `open(part)`, `quantity(area, by)`, `hover(part)`; `app` has seats, currency, chosen, areas. */
  constructor(box, app, told) {
    Object.assign(this, { box, app, told, part: null, cells: new Map() });
    box.addEventListener('keydown', (event) => this.#key(event));
    box.addEventListener('click', (event) => this.#click(event));
  }

  /** Shows all sections, grouped by zone. */
  showSections(focus = null) {
    this.part = null;
    document.body.classList.remove('opened');
    this.cells.clear();
    const zones = new Map();
    for (const part of this.app.seats.parts) zones.set(part.zone, [...(zones.get(part.zone) ?? []), part]);
    this.items = new Map();
    const groups = [...zones].map(([zone, parts]) => {
      const list = make('ul.sections', {}, ...parts.map((part) => this.#item(part)));
      return make('div', {}, zone && zones.size > 1 ? make('h3', {}, zone) : '', list);
    });
    this.box.replaceChildren(...groups);
    this.refresh();
    this.items.get(focus)?.button.focus();
  }

  #item(part) {
    const [facts, price] = [make('span.dim'), make('span.price')];
    const button = make('button.section', {
      type: 'button', onclick: () => this.told.open(part), onpointerenter: () => this.told.hover(part), onpointerleave: () => this.told.hover(null),
    }, make('span.name', {}, part.name), facts, price);
    this.items.set(part, { button, facts, price });
    return make('li', {}, button);
  }

  /** Says anew how many places are left, without making the list again. */
  refresh() {
    if (this.part) return this.#refreshOpen();
    for (const [part, { button, facts, price }] of this.items ?? []) {
      const [free, , , , listed] = part.counts;
      facts.textContent = `${free ? `${count(free)} free` : 'sold out'}${listed ? `, ${count(listed)} resale` : ''}`;
      price.textContent = cost(this.app.seats, part, this.app.currency);
      button.classList.toggle('gone', !free && !listed);
    }
    return undefined;
  }

  /** Shows the rows of a section, or how many of an area to take. */
  openPart(part, focus = true) {
    this.part = part;
    this.cells.clear();
    this.facts = make('p.dim');
    const back = make('button.back', { type: 'button', onclick: () => this.close() }, '‹ All sections');
    const title = make('h3', { tabindex: -1 }, part.name);
    const body = part.rows ? this.#grid(part) : this.#stepper(part);
    this.box.replaceChildren(back, title, this.facts, body);
    document.body.classList.add('opened');
    this.refresh();
    if (!focus) return;
    title.focus({ preventScroll: true });
    title.scrollIntoView({ block: 'center' });
  }

  /** Back to all sections. */
  close() {
    const { part } = this;
    this.showSections(part);
    this.told.open(null);
  }

  #grid(section) {
    const { seats } = this.app;
    this.current = section.first;
    for (let seat = section.end - 1; seat >= section.first; seat -= 1) if (seats.open(seat)) this.current = seat;
    const rows = section.rows.map((row) => {
      const cells = [];
      for (let seat = row.first; seat < row.end; seat += 1) cells.push(this.#cell(seat));
      return make('div.row', { role: 'row' }, make('span.row-name', { role: 'rowheader' }, row.name), make('div.seats', { role: 'none' }, ...cells));
    });
    return make('div.grid', { role: 'grid', 'aria-label': `Seats of ${section.name}`, 'aria-multiselectable': 'true' }, ...rows);
  }

  #cell(seat) {
    const cell = make('span.seat', { role: 'gridcell', 'data-seat': seat, tabindex: seat === this.current ? 0 : -1 });
    cell.append(make('span', { 'aria-hidden': 'true' }, this.app.seats.place(seat).seat));
    this.cells.set(seat, cell);
    this.#paint(seat);
    return cell;
  }

  #paint(seat) {
    const cell = this.cells.get(seat);
    if (!cell) return;
    const { seats, currency, chosen, band } = this.app;
    const open = seats.open(seat);
    cell.setAttribute('aria-label', sentence(seats, seat, currency));
    cell.setAttribute('aria-selected', chosen.has(seat));
    cell.setAttribute('aria-disabled', !open);
    cell.dataset.look = LOOKS[seats.status[seat]];
    cell.dataset.level = band(seats.level[seat]) + 1;
    cell.toggleAttribute('data-accessible', Boolean(seats.flags[seat] & ACCESSIBLE));
  }

  /** Paints seats of the open section again. */
  update(changed) {
    for (const seat of changed) this.#paint(seat);
    this.refresh();
  }

  #refreshOpen() {
    const [free, held, , , listed] = this.part.counts;
    const words = [this.part.zone, `${count(free)} of ${several(this.part.size, 'place')} free`];
    if (held) words.push(`${count(held)} in baskets`);
    if (listed) words.push(`${count(listed)} resale`);
    const price = cost(this.app.seats, this.part, this.app.currency);
    this.facts.textContent = [...words, price].filter(Boolean).join(' · ');
    if (this.number) this.number.textContent = this.app.areas.get(this.part.index) ?? 0;
  }

  #stepper(area) {
    this.number = make('output');
    const step = (by, sign, label) => make('button', { type: 'button', 'aria-label': label, onclick: () => this.told.quantity(area, by) }, sign);
    return make('div.stepper', { role: 'group', 'aria-label': `Places in ${area.name}` },
      step(-1, '−', 'One place less'), this.number, step(1, '+', 'One place more'));
  }

  #click(event) {
    const seat = this.#seatOf(event);
    if (seat === null) return;
    this.#move(seat, false);
    this.told.choose(seat);
  }

  #seatOf(event) {
    const cell = event.target.closest?.('[data-seat]');
    return cell ? Number(cell.dataset.seat) : null;
  }

  #key(event) {
    if (event.key === 'Escape' && this.part) this.close();
    const seat = this.#seatOf(event);
    if (seat === null) return;
    const { rows, first, end } = this.part;
    const number = rows.findIndex((row) => seat < row.end);
    const row = rows[number];
    const beside = (other) => other && Math.min(other.first + (seat - row.first), other.end - 1);
    const whole = event.ctrlKey || event.metaKey;
    const target = {
      ArrowRight: Math.min(seat + 1, end - 1), ArrowLeft: Math.max(seat - 1, first), ArrowDown: beside(rows[number + 1]), ArrowUp: beside(rows[number - 1]),
      Home: whole ? first : row.first, End: (whole ? end : row.end) - 1, PageDown: beside(rows[Math.min(number + 5, rows.length - 1)]), PageUp: beside(rows[Math.max(number - 5, 0)]),
    }[event.key];
    if (event.key === 'Enter' || event.key === ' ') this.told.choose(seat);
    else if (target === undefined) return;
    else this.#move(target);
    event.preventDefault();
  }

  /** One cell is in the tab order: the one that was reached last. */
  #move(seat, focus = true) {
    this.cells.get(this.current)?.setAttribute('tabindex', -1);
    this.current = seat;
    const cell = this.cells.get(seat);
    cell?.setAttribute('tabindex', 0);
    if (focus) {
      cell?.focus();
      this.told.hover(this.part, seat);
    }
  }
}
