/** What is said about seats and sections, in one place for the map, the list and the card under the pointer. */

import { ACCESSIBLE, COMPANION, RESTRICTED } from './seats.js';
import { count, FREE, money, prices, STATUSES } from './words.js';

const EXTRAS = [[ACCESSIBLE, 'accessible'], [COMPANION, 'companion seat'], [RESTRICTED, 'restricted view']];

/** What a seat is besides free or taken. */
export function extras(seats, seat) {
  return EXTRAS.filter(([flag]) => seats.flags[seat] & flag).map(([, word]) => word);
}

/** All that is to be said of a seat: "Section 101, row F, seat 12, free, €99.00". */
export function sentence(seats, seat, currency) {
  const { section, row, seat: number } = seats.place(seat);
  const price = seats.open(seat) ? seats.price(seat) : null;
  const words = [section.startsWith('Section') ? section : `Section ${section}`, `row ${row}`, `seat ${number}`];
  words.push(STATUSES[seats.status[seat]], price ? money(price.total_cents, currency) : '', ...extras(seats, seat));
  return words.filter(Boolean).join(', ');
}

/** What the free places of a section or area cost; empty for none. */
export function cost(seats, part, currency) {
  const levels = part.rows ? seats.freeLevels(part) : part.counts[FREE] ? [part.level] : [];
  return prices(levels.map((level) => seats.prices[level]?.total_cents).filter(Number.isFinite), currency);
}

/** The line under a section's name: the prices of what is free, or how it is. */
export function note(seats, part, currency) {
  const [free, , , , listed] = part.counts;
  if (!free) return listed ? `${count(listed)} resale` : 'sold out';
  const price = cost(seats, part, currency);
  return price && part.rows ? price : [price, `${count(free)} free`].filter(Boolean).join(' · ');
}
