/** How things are said: money, times, counts, seats. Words are English; numbers and dates follow the reader's own language. */

const LANGUAGES = navigator.languages?.length ? [...navigator.languages] : undefined;
const kept = new Map();

/** Status codes of seats, as in the service's answers. */
export const [FREE, HELD, SOLD, BLOCKED, LISTED] = [0, 1, 2, 3, 4];

/** What each status is called. */
export const STATUSES = ['free', 'in somebody’s basket', 'sold', 'not for sale', 'offered for resale'];

/** Title and explanation of an event's status words; an empty title needs no notice. */
export const EVENT_WORDS = {
  on_sale: ['On sale', ''],
  few_left: ['Few left', ''],
  resale_only: ['Resale only', 'Everything is sold. Some owners offer their seats for resale.'],
  sold_out: ['Sold out', 'No seat is left. One that comes back shows up here by itself.'],
  not_yet_on_sale: ['Not yet on sale', ''],
  paused: ['Sales paused', 'Seats cannot be bought at the moment.'],
  cancelled: ['Cancelled', 'This event will not take place.'],
  past: ['Past', 'This event is over.'],
};

/** Statuses in which seats may be selected. */
export const OPEN = new Set(['on_sale', 'few_left', 'resale_only']);

function once(key, make) {
  if (!kept.has(key)) kept.set(key, make());
  return kept.get(key);
}

/** An amount in minor units, as the currency is written. */
export function money(cents, currency) {
  const format = once(currency, () => new Intl.NumberFormat(LANGUAGES, { style: 'currency', currency }));
  return format.format(cents / 10 ** digits(currency));
}

/** How many decimals the currency has. */
export function digits(currency) {
  const style = { style: 'currency', currency };
  return once(`${currency} digits`, () => new Intl.NumberFormat('en', style).resolvedOptions().maximumFractionDigits);
}

/** One price, or the lowest and highest of several; empty for none. */
export function prices(cents, currency) {
  if (!cents.length) return '';
  const [low, high] = [Math.min(...cents), Math.max(...cents)];
  return low === high ? money(low, currency) : `${money(low, currency)} – ${money(high, currency)}`;
}

/** A count with separators. */
export function count(number) {
  return once('count', () => new Intl.NumberFormat(LANGUAGES)).format(number);
}

/** "1 seat", "2 seats". */
export function several(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** A moment on the venue's clock, or on the reader's own when the venue's is not known; the zone stands with it. */
export function moment(text, timeZone) {
  const style = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short' };
  const at = new Date(text);
  try {
    if (timeZone) return new Intl.DateTimeFormat(LANGUAGES, { ...style, timeZone }).format(at);
  } catch { /* a time zone that this browser does not know */ }
  return new Intl.DateTimeFormat(LANGUAGES, style).format(at);
}

/** Seconds as people say them. */
export function age(seconds) {
  if (seconds < 60) return several(Math.round(seconds), 'second');
  return seconds < 3600 ? several(Math.round(seconds / 60), 'minute') : several(Math.round(seconds / 3600), 'hour');
}

/** Makes an element: `make('button.small', {type: 'button'}, 'text', child)`. Attributes that are null or false are left out. */
export function make(what, attributes = {}, ...children) {
  const [name, ...classes] = what.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}
