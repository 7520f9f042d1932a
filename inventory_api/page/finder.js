/** The form that asks the service for the best seats together. */

import { cents } from './basket.js';
import { ask } from './live.js';
import { make, money, several } from './words.js';

const ALTERNATIVES = 2;
const GOOD = 0.75; // from which a part of the quality is worth a word
const BECAUSE = { level: 'best price level', row: 'near the front', centre: 'close to the middle', view: 'clear view', aisle: 'by an aisle' };

/** Why nothing was found, as sentences. */
const REASONS = {
  cancelled: 'The event is cancelled.',
  past: 'The event is over.',
  not_yet_on_sale: 'Tickets are not yet on sale.',
  paused: 'Sales are paused.',
  sold_out: 'Everything is sold out.',
  no_accessible_seats: 'No accessible seat is left.',
  only_accessible_seats: 'Only accessible seats are left: tick “Accessible” if you need one.',
  not_priced: 'Nothing that is left has a price yet.',
  nothing_at_this_price: 'Nothing is left at this price.',
  over_limit_per_order: 'An order cannot have so many places.',
};

export class Finder {
  /** `told` has `pick(seats, areas)` and `say(text)`. */
  constructor(form, box, app, told) {
    Object.assign(this, { form, box, app, told });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.find();
    });
  }

  /** Asks, shows what was found, and selects the best of it. */
  async find() {
    const { quantity, most, accessible, resale } = this.form.elements;
    const query = new URLSearchParams({ quantity: quantity.value, alternatives: ALTERNATIVES });
    const limit = cents(most.value, this.app.currency);
    if (limit !== null) query.set('max_price_cents', limit);
    if (accessible.checked) query.set('accessible', true);
    if (resale.checked) query.set('resale', true);
    this.box.setAttribute('aria-busy', true);
    try {
      this.show(await ask(`${this.app.base}/best-seats?${query}`));
    } catch (error) {
      const wrong = error.problem?.errors?.[0];
      this.#tell(wrong ? `${wrong.field} ${wrong.reason}` : 'Best seats cannot be found at the moment. The map and the list show every seat.');
    }
    this.box.removeAttribute('aria-busy');
  }

  #tell(text) {
    this.box.replaceChildren(make('p', {}, text));
  }

  /** Shows the answer. */
  show({ picks, reason, largest_block: largest, quantity, currency }) {
    if (!picks.length) {
      const together = largest ? ` At most ${several(largest, 'place')} together can be had.` : '';
      this.#tell((REASONS[reason] ?? `${several(quantity, 'place')} together cannot be had.`) + together);
      return;
    }
    const buttons = picks.map((pick, number) => this.#pick(pick, number, currency));
    this.box.replaceChildren(make('ul.offers', {}, ...buttons));
    this.#take(picks[0]);
  }

  #pick(pick, number, currency) {
    const words = Object.entries(BECAUSE).filter(([part]) => pick.because[part] >= GOOD).map(([, word]) => word);
    const where = pick.groups.map((group) => placesOf(group)).join('; ');
    const button = make('button', { type: 'button', 'aria-label': `Select ${where}`, onclick: () => this.#take(pick) }, 'Select');
    return make('li', {},
      make('strong', {}, where),
      make('span.price', {}, pick.price ? money(pick.price.total_cents, currency) : ''),
      button,
      make('span.dim', {}, `${number ? '' : 'Best: '}${Math.round(pick.quality * 100)} of 100${words.length ? `, ${words.join(', ')}` : ''}`));
  }

  #take(pick) {
    const { seats } = this.app;
    const found = pick.groups.flatMap((group) => seats.find(group.section, group.seats.map((seat) => seat.seat)));
    const areas = pick.groups.filter((group) => group.kind === 'area').map((group) => [seats.areas.findIndex((area) => area.name === group.section), group.quantity]);
    this.told.pick(found, areas);
  }
}

function placesOf({ kind, section, row, quantity, seats }) {
  if (kind === 'area') return `${section}, ${several(quantity, 'place')}`;
  const names = seats.map(({ seat }) => (seat.startsWith(`${row}-`) ? seat.slice(row.length + 1) : seat));
  return `${section}, row ${row}, ${names.length > 1 ? `seats ${names[0]}–${names.at(-1)}` : `seat ${names[0]}`}`;
}
