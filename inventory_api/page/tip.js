/** The small card that says what is under the pointer. */

import { say } from './facts.js';
import { cost, extras, sentence } from './notes.js';
import { count, make, money, STATUSES } from './words.js';

export class Tip {
  constructor(box, app) {
    Object.assign(this, { box, app, key: '' });
  }

  /** Shows a seat or part, beside the pointer, or at the bottom for a finger that would cover it. */
  show(found, x, y, finger = false) {
    const { seats } = this.app;
    const key = `${found.part?.number} ${found.seat} ${found.seat >= 0 ? seats.status[found.seat] : found.part.counts}`;
    if (key !== this.key) this.box.replaceChildren(...(found.seat >= 0 ? this.#seat(found.seat) : this.#part(found.part)));
    this.key = key;
    this.box.hidden = false;
    this.box.classList.toggle('docked', finger);
    if (finger) return;
    const { clientWidth: width, clientHeight: height } = this.app.map.canvas;
    const left = Math.max(8, Math.min(x + 16, width - this.box.offsetWidth - 8));
    const below = y + 20 + this.box.offsetHeight < height;
    this.box.style.transform = `translate(${left}px, ${below ? y + 20 : y - this.box.offsetHeight - 14}px)`;
  }

  hide() {
    this.box.hidden = true;
  }

  /** Says what a key has reached. */
  say(found) {
    const { seats, currency } = this.app;
    say(found.seat >= 0 ? sentence(seats, found.seat, currency) : `${found.part.name}, ${count(found.part.counts[0])} free`);
  }

  #seat(seat) {
    const { seats, currency } = this.app;
    const { section, row, seat: number } = seats.place(seat);
    const price = seats.open(seat) ? seats.price(seat) : null;
    const fees = price?.fees_cents ? `${money(price.face_cents, currency)} + ${money(price.fees_cents, currency)} fees` : '';
    return [
      make('strong', {}, `Row ${row}, seat ${number}`),
      make('span.dim', {}, [section, ...extras(seats, seat)].join(' · ')),
      price ? make('span.price', {}, money(price.total_cents, currency), make('small', {}, fees)) : '',
      seats.open(seat) && !seats.status[seat] ? '' : make('span.dim', {}, STATUSES[seats.status[seat]]),
    ].filter(Boolean);
  }

  #part(part) {
    const [free, , , , listed] = part.counts;
    const words = `${count(free)} of ${count(part.size)} free${listed ? `, ${count(listed)} resale` : ''}`;
    const price = cost(this.app.seats, part, this.app.currency);
    return [make('strong', {}, part.name), part.zone && part.zone !== part.name ? make('span.dim', {}, part.zone) : '', make('span', {}, words), price ? make('span.price', {}, price) : ''].filter(Boolean);
  }
}
