/** The page of one event: loads it, keeps it up to date, and ties the parts together. */

import { Basket } from './basket.js';
import { notice, one, say, showEvent, Teller } from './facts.js';
import { Finder } from './finder.js';
import { listen } from './gestures.js';
import { List } from './list.js';
import { ask, Stream } from './live.js';
import { SeatMap } from './map.js';
import { note, sentence } from './notes.js';
import { Offers } from './offers.js';
import { Prices, showKey } from './panel.js';
import { Seats } from './seats.js';
import { Tip } from './tip.js';
import { View } from './view.js';
import { age, FREE, LISTED, OPEN, several } from './words.js';

const SELDOM_MS = 30000; // how often what changes seldom is asked for; seats come by themselves
const SOON_MS = 1000; // how long after a change that may alter it
const RETRY_MS = 20000;
const id = document.body.dataset.event;
const base = `/v1/events/${encodeURIComponent(id)}`;
const app = { id, base, currency: 'USD', band: (level) => app.map.bands[level] };
const teller = new Teller(app);

/** Asks where the seats are and how they stand. */
async function loadSeats({ chart = `${base}/chart`, seats: statuses = `${base}/seats` } = {}) {
  const seats = new Seats(await ask(chart));
  if (!seats.load(await ask(statuses, 'arrayBuffer'))) throw new Error('the seats are of another chart');
  return seats;
}

/** Asks for what changes seldom: name, status, prices, offers. */
async function loadFacts() {
  const [event, offers] = await Promise.all([ask(base), ask(`${base}/offers`).catch(() => null)]);
  Object.assign(app, { event, offered: offers, currency: event.currency });
  showEvent(event);
  one('finder').hidden = !OPEN.has(event.status);
}

/** Puts the facts to the seats. */
function applyFacts() {
  const prices = new Map(app.event.prices.map((price) => [price.price_level, price]));
  app.seats.prices = app.seats.levels.map((level) => prices.get(level));
  app.offers.show(app.offered);
}

/** Asks again for what changes seldom, and draws what follows from it. */
async function refreshFacts() {
  const before = JSON.stringify(app.event.prices);
  await loadFacts();
  applyFacts();
  if (before !== JSON.stringify(app.event.prices)) showAll();
  else {
    app.basket.render();
    app.list.refresh();
  }
}

/** Asks for the facts again soon, once. */
function refreshSoon() {
  app.refreshing ??= setTimeout(() => {
    app.refreshing = null;
    refreshFacts().catch(() => {});
  }, SOON_MS);
}

/** Draws everything anew. */
function showAll() {
  app.map.note = (part) => note(app.seats, part, app.currency);
  app.map.look();
  app.map.change();
  app.map.faded = app.prices.fades();
  showKey(one('key'), app);
  app.prices.render();
  const part = app.seats.parts.find(({ name }) => name === app.list.part?.name);
  if (part) app.list.openPart(part, false);
  else app.list.showSections();
  app.basket.render();
}

function choose(seat) {
  if (!OPEN.has(app.event.status)) return say('Seats cannot be selected at the moment');
  const said = app.basket.toggle(seat);
  const words = sentence(app.seats, seat, app.currency);
  return say(said === 'selected' || said === 'let go' ? `${words}, ${said}` : said ?? `${words}, cannot be selected`);
}

function quantity(area, by) {
  if (!OPEN.has(app.event.status)) return say('Places cannot be selected at the moment');
  say(app.basket.step(area, by));
  return app.list.refresh();
}

/** Selects places that were found together, and shows them. */
function pick(seats, areas = []) {
  if (!OPEN.has(app.event.status)) return say('Seats cannot be selected at the moment');
  app.basket.replace(seats.filter((seat) => app.seats.open(seat)), areas);
  if (seats.length) app.view.show(app.seats.around(seats), app.map.close(app.seats.sections[app.seats.part[seats[0]]]));
  app.list.refresh();
  return say(`${several(app.basket.size, 'place')} selected`);
}

/** Opens a section or area in the list and on the map; null shows everything. */
function open(part, focus = true) {
  app.map.mark(part);
  if (!part) return app.view.fit();
  app.view.show(part.box, part.rows ? app.map.close(part) : undefined);
  app.list.openPart(part, focus);
  return teller.beacon('seats.viewed.v1', part.name);
}

/** What mouse, fingers and keys do on the map. */
const touched = {
  tap(x, y, finger) {
    const found = app.map.pick(x, y, finger ? 22 : 14);
    app.map.focus = -1;
    if (!found) return app.tip.hide();
    if (found.seat >= 0) choose(found.seat);
    else if (found.part === app.list.part && found.part.rows) app.view.zoom((0.8 * app.map.close(found.part)) / app.view.scale, x, y, true);
    else open(found.part, false);
    app.tip.show(found, x, y, finger);
    return app.map.change();
  },
  /** Goes on to the next seat in a direction, while seats are large enough to be told apart. */
  arrow(way) {
    const seat = app.map.focus >= 0 ? app.map.next(app.map.focus, way) : app.map.middleSeat();
    if (seat < 0) return false;
    app.map.attend(seat);
    say(sentence(app.seats, seat, app.currency));
    return true;
  },
  /** Enter selects the seat that arrows went to, or else opens the section in the middle. */
  key(name) {
    if (name !== 'Enter' && name !== ' ') app.map.focus = -1;
    else if (app.map.focus >= 0) choose(app.map.focus);
    else {
      const found = app.map.pick(app.view.width / 2, app.view.height / 2, app.view.width / 4);
      if (found) open(found.part, false);
    }
    app.map.change();
  },
  point(x, y) {
    const found = app.map.pick(x, y);
    app.map.mark(found?.part, found?.seat);
    app.map.canvas.classList.toggle('over', Boolean(found));
    if (found) app.tip.show(found, x, y);
    else app.tip.hide();
  },
  leave() {
    app.map.mark(null);
    app.tip.hide();
  },
};

/** What the stream of changes brings. */
const heard = {
  changes(data) {
    const changed = app.seats.apply(data);
    for (const seat of app.basket.drop()) {
      notice('gone', `${sentence(app.seats, seat, app.currency)}: it went to somebody else, and is no longer selected.`, 'warning');
    }
    app.map.faded = app.prices.fades();
    app.map.pulse(changed);
    app.list.update(changed.map(([seat]) => seat));
    app.prices.refresh();
    teller.changed(changed);
    document.body.dataset.position = data.position;
    const ran = app.seats.total(FREE) ? 'on_sale few_left' : 'sold_out resale_only';
    if (!ran.includes(app.event.status) || changed.some((change) => change.includes(LISTED, 1))) refreshSoon();
  },
  linked(whether) {
    clearInterval(app.ageing);
    document.body.classList.toggle('offline', !whether);
    if (whether) return notice('offline', '');
    const tell = () => notice('offline', `No connection. The seats are as they were ${age((Date.now() - app.stream.lostAt) / 1000)} ago; trying again…`, 'warning');
    app.ageing = setInterval(tell, 1000);
    return tell();
  },
  /** Another chart, or statuses that the stream can no longer bring up: begins anew, and keeps what was selected. */
  reset(where) {
    return retry(async () => {
      const seats = await loadSeats(where);
      seats.position = Math.max(seats.position, where.position);
      const picked = [...app.basket.seats.keys()].map((seat) => app.seats.place(seat));
      show(seats);
      app.basket.replace(picked.flatMap(({ section, label }) => seats.find(section, [label])).filter((seat) => seats.open(seat)));
    });
  },
};

/** Shows these seats, and follows their changes. */
function show(seats) {
  app.seats = seats;
  app.map = one('map').map = new SeatMap(one('map'), seats, app.view, app.basket.seats);
  const [left, top, right, bottom] = seats.box;
  one('map').style.setProperty('--aspect', (bottom - top) / Math.max(right - left, 1e-3));
  app.map.resize();
  applyFacts();
  showAll();
  one('waiting').textContent = seats.parts.length ? '' : 'The seats of this event are not known yet.';
  app.stream?.end();
  app.stream = new Stream(`${base}/seats/changes`, seats.position, seats.version, heard);
  document.body.dataset.position = seats.position;
}

/** Tries until it works; says so while it does not. */
async function retry(work, tries = 0) {
  try {
    await work();
    notice('failed', '');
  } catch {
    notice('failed', 'The seats cannot be loaded at the moment; trying again…', 'warning');
    setTimeout(() => retry(work, tries + 1), Math.min(1000 * 2 ** tries, RETRY_MS));
  }
}

/** Makes the parts, which find each other in `app`. */
function build() {
  app.view = new View(() => app.map?.change(true));
  app.basket = new Basket(one('basket'), app, {
    changed(seats) {
      Object.assign(app, { chosen: app.basket.seats, areas: app.basket.areas });
      app.map.chosen = app.basket.seats;
      app.list.update(seats);
      app.map.change(true);
      notice('limit', '');
    },
    refused: (text) => notice('limit', text, 'warning'),
  });
  Object.assign(app, { chosen: app.basket.seats, areas: app.basket.areas });
  app.prices = new Prices(one('prices'), app, {
    filtered(faded, kinds) {
      Object.assign(app.map, { faded, kinds });
      app.map.change();
    },
  });
  app.list = new List(one('list'), app, { choose, open, quantity, hover: (part, seat) => app.map.mark(part, seat) });
  app.offers = new Offers(one('offers'), one('offer-list'), app, { pick });
  app.finder = new Finder(one('best'), one('found'), app, { pick });
  app.tip = new Tip(one('tip'), app);
}

function wire() {
  listen(one('map'), app.view, touched);
  one('zoom-in').onclick = () => app.view.zoom(1.8, undefined, undefined, true);
  one('zoom-out').onclick = () => app.view.zoom(1 / 1.8, undefined, undefined, true);
  one('zoom-all').onclick = () => open(null);
  new ResizeObserver(() => app.map.resize()).observe(one('map'));
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) matchMedia(query).addEventListener('change', showAll);
  setInterval(() => document.hidden || refreshFacts().catch(() => {}), SELDOM_MS);
}

async function start() {
  const [seats] = await Promise.all([loadSeats(), loadFacts()]);
  if (!app.basket) build();
  show(seats);
  wire();
  document.body.dataset.state = 'ready';
  say(`${several(seats.total(FREE), 'place')} free`);
}

teller.beacon('event.viewed.v1');
retry(start);
