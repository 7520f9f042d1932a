/** What is said about the event as a whole, on the page, to screen readers, and to the service. */

import { count, EVENT_WORDS, FREE, make, moment, several } from './words.js';

const FIRST_MS = 1000;
const AGAIN_MS = 15000; // changes are said together, no more often than this

/** The element with an id. */
export const one = (id) => document.getElementById(id);

/** Tells people who cannot see the page. */
export function say(text) {
  if (text) one('said').textContent = text;
}

/** Shows a notice, or takes it away when there is nothing to say. */
export function notice(key, text, kind = 'info') {
  const old = one(`notice-${key}`);
  if (!text) old?.remove();
  else if (old) old.firstChild.textContent = text;
  else {
    const close = make('button', { type: 'button', 'aria-label': 'Close this notice', onclick: () => closed(key) }, '×');
    one('notices').append(make(`p.notice.${kind}`, { id: `notice-${key}` }, make('span', {}, text), kind === 'warning' ? close : ''));
    say(text);
  }
}

/** The button that closed a notice is gone with it: the focus goes on to what follows. */
function closed(key) {
  notice(key, '');
  one('panel').focus({ preventScroll: true });
}

/** Shows name, date, status and what follows from it. */
export function showEvent(event) {
  const [word, sentence] = EVENT_WORDS[event.status] ?? [event.status, ''];
  const zone = event.timezone;
  one('starts').textContent = moment(event.starts_at, zone);
  one('starts').lang = navigator.language;
  one('word').textContent = word;
  Object.assign(one('word'), { hidden: false }).dataset.status = event.status;
  let text = sentence;
  if (event.status === 'not_yet_on_sale' && event.on_sale_at) text = `Tickets go on sale on ${moment(event.on_sale_at, zone)}.`;
  if (event.presale) text += ` Presale: ${event.presale}.`;
  notice('status', text.trim(), event.status === 'cancelled' ? 'alarm' : 'info');
  notice('moved', event.moved_from ? `This event was moved. It was to be on ${moment(event.moved_from, zone)}.` : '');
}

/** Says what changes, a little at a time, and notes visits. */
export class Teller {
  constructor(app) {
    Object.assign(this, { app, taken: 0, freed: 0, timer: null, last: 0 });
  }

  /** Notes changes, `[seat, before, now]`, to be said together. */
  changed(changes) {
    for (const [, , now] of changes) this[now === FREE ? 'freed' : 'taken'] += 1;
    if (!changes.length || this.timer) return;
    this.timer = setTimeout(() => this.#tell(), Math.max(FIRST_MS, this.last + AGAIN_MS - Date.now()));
  }

  #tell() {
    const words = [this.taken && `${several(this.taken, 'seat')} taken`, this.freed && `${several(this.freed, 'seat')} free again`];
    words.push(`${count(this.app.seats.total(FREE))} free`);
    Object.assign(this, { taken: 0, freed: 0, timer: null, last: Date.now() });
    say(words.filter(Boolean).join(', '));
  }

  /** Reports a visit under a number that this tab forgets when it is closed; nothing when the reader asks not to be followed. */
  beacon(type, section = '') {
    if (navigator.globalPrivacyControl || navigator.doNotTrack === '1') return;
    try {
      const session = (sessionStorage.session ??= `web-${crypto.randomUUID()}`);
      const device = matchMedia('(pointer: coarse)').matches ? 'mobile_web' : 'desktop';
      const record = { id: crypto.randomUUID(), type, session_id: session, event_id: this.app.id, channel: 'web', device_kind: device };
      navigator.sendBeacon('/v1/activity', JSON.stringify({ records: [section ? { ...record, section } : record] }));
    } catch { /* without storage, or on an origin that is not secure: nobody is counted */ }
  }
}
