/** Ways to buy beyond picking seats: packages and resale. */

import { count, make, moment, money, several } from './words.js';

const SHORT = 6;

/** When an offer can be had, as far as that is not simply now. */
function when(offer, zone) {
  if (offer.state === 'upcoming') return `from ${moment(offer.starts_at, zone)}`;
  if (offer.state === 'ended') return 'no longer offered';
  return offer.ends_at ? `until ${moment(offer.ends_at, zone)}` : '';
}

export class Offers {
  /** `told` has `pick(seats, areas)`. */
  constructor(card, box, app, told) {
    Object.assign(this, { card, box, app, told, short: true });
  }

  /** Takes over the answer of `/offers`; null when it could not be had. */
  show(offers) {
    const { seats } = this.app;
    this.packages = (offers?.offers ?? []).filter((offer) => offer.kind === 'package');
    this.listings = [...(offers?.listings ?? [])].sort((a, b) => a.price.total_cents - b.price.total_cents);
    seats.resale.clear();
    for (const listing of this.listings) {
      listing.found = seats.find(listing.section, listing.seats);
      for (const seat of listing.found) seats.resale.set(seat, listing.price);
    }
    this.app.basket.limits = new Map((offers?.prices ?? []).filter((price) => price.limit_per_order)
      .map((price) => [seats.levels.indexOf(price.price_level), price.limit_per_order]));
    const shown = JSON.stringify(offers);
    if (shown !== this.shown) this.render();
    this.shown = shown;
  }

  /** Draws both lists. */
  render() {
    this.card.hidden = !this.packages.length && !this.listings.length;
    this.box.replaceChildren(
      ...(this.packages.length ? [make('h3', {}, 'Packages'), make('ul.offers', {}, ...this.packages.map((offer) => this.#package(offer)))] : []),
      ...(this.listings.length ? this.#resale() : []),
    );
  }

  #package(offer) {
    const { currency, event } = this.app;
    const left = offer.fulfillable ? `${several(offer.fulfillable, 'place')} left` : 'sold out';
    const things = offer.contains.filter((thing) => !thing.startsWith('event:'));
    const events = offer.events.map((other) => make('li', {}, make('a', { href: `/events/${encodeURIComponent(other.event_id)}` }, 'Another event'), `, ${count(other.free)} free`));
    const facts = [offer.price_levels.join(', '), when(offer, event.timezone), offer.limit_per_order && `at most ${offer.limit_per_order} an order`, left];
    return make('li', {},
      make('strong', {}, offer.name),
      make('span.price', {}, offer.price ? money(offer.price.total_cents, offer.currency ?? currency) : 'price of the seat'),
      make('ul.contains', {}, ...things.map((thing) => make('li', {}, thing)), ...events),
      make('span.dim', {}, facts.filter(Boolean).join(' · ')));
  }

  #resale() {
    const shown = this.short ? this.listings.slice(0, SHORT) : this.listings;
    const rest = this.listings.length - shown.length;
    const more = rest ? make('button', { type: 'button', onclick: () => this.#all() }, `Show ${rest} more`) : '';
    return [make('h3', {}, 'Resale, cheapest first'), make('ul.offers', {}, ...shown.map((listing) => this.#listing(listing))), more].filter(Boolean);
  }

  #all() {
    this.short = false;
    this.render();
    this.box.querySelectorAll('.offers:last-of-type > li')[SHORT]?.querySelector('button')?.focus();
  }

  #listing(listing) {
    const { seats } = this.app;
    const places = listing.found.map((seat) => seats.place(seat));
    const rows = [...new Set(places.map(({ row }) => row))];
    const where = rows.map((row) => `row ${row}, ${places.filter((place) => place.row === row).map(({ seat }) => seat).join(', ')}`).join('; ');
    const size = listing.quantity || places.length;
    return make('li', {},
      make('strong', {}, listing.section),
      make('span.price', {}, money(listing.price.total_cents, listing.currency), size > 1 ? make('small', {}, ' each') : ''),
      listing.found.length ? make('button', { type: 'button', 'aria-label': `Select ${several(size, 'seat')} in ${listing.section}, ${where}`, onclick: () => this.told.pick(listing.found) }, 'Select') : '',
      make('span.dim', {}, where || several(size, 'place')));
  }
}
