/** All places of one event: where they are, what they cost, how they are now. */

import { FREE, LISTED } from './words.js';

const MAGIC = 0x31545353; // "SST1", read as a number
const HEADER_BYTES = 28;

/** What is said about a seat besides its price, as bits of `Seats.flags`. */
export const [ACCESSIBLE, COMPANION, RESTRICTED] = [1, 2, 4];
const FLAGS = [['accessible', ACCESSIBLE], ['companion', COMPANION], ['restricted_view', RESTRICTED]];

function boxOf(xs, ys) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  xs.forEach((x, number) => {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], ys[number]);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], ys[number]);
  });
  return box;
}

/**
 * Made from `/chart`. `parts` are the sections, then the areas; each has `counts` by status. Columns by seat: `x`, `y`,
 * `level` (index in `levels`), `part`, `row` (index in `rows`), `flags`, `status`.
 */
export class Seats {
  constructor(chart) {
    this.version = chart.version;
    this.levels = chart.price_levels;
    this.generated = chart.generated;
    this.size = chart.sections.reduce((sum, section) => sum + section.seats, 0);
    this.position = 0;
    this.prices = []; // by level: {face_cents, fees_cents, total_cents}, as far as known
    this.resale = new Map(); // seat → price of its listing
    this.rows = [];
    for (const name of ['x', 'y']) this[name] = new Float32Array(this.size);
    for (const name of ['level', 'part']) this[name] = new Uint16Array(this.size);
    for (const name of ['flags', 'status']) this[name] = new Uint8Array(this.size);
    this.row = new Uint32Array(this.size);
    this.sections = chart.sections.map((section, number) => this.#section(section, number));
    this.areas = chart.areas.map((area, number) => this.#area(area, this.sections.length + number));
    this.parts = [...this.sections, ...this.areas];
    this.levelCounts = this.levels.map(() => [0, 0, 0, 0, 0]);
    this.box = this.parts.length ? this.#whole() : [0, 0, 1, 1];
    this.#index();
    for (const section of this.sections) this.#measure(section);
    if (this.parts.length) this.box = this.#whole();
  }

  #section({ section: name, zone, first, seats: size, outline, rows }, number) {
    const end = first + size;
    const found = { name, zone, first, size, end, number, outline, counts: [0, 0, 0, 0, 0] };
    found.rows = rows.map((row) => this.#row(row, number));
    found.box = boxOf(this.x.subarray(first, end), this.y.subarray(first, end));
    return found;
  }

  #row({ row: name, first, labels, x, y, price_levels: levels, ...said }, part) {
    const end = first + labels.length;
    this.x.set(x, first);
    this.y.set(y, first);
    this.level.set(levels, first);
    this.part.fill(part, first, end);
    this.row.fill(this.rows.length, first, end);
    for (const [word, flag] of FLAGS) for (const place of said[word] ?? []) this.flags[first + place] |= flag;
    const row = { name, first, end, labels };
    this.rows.push(row);
    return row;
  }

  #area({ section: name, zone, index, capacity: size, price_level: level, outline }, number) {
    const box = boxOf(outline.map((point) => point[0]), outline.map((point) => point[1]));
    return { name, zone, index, size, level, number, outline, box, radius: 0, rows: null, counts: [0, 0, 0, 0, 0] };
  }

  /** The box around some seats. */
  around(seats) {
    return boxOf(seats.map((seat) => this.x[seat]), seats.map((seat) => this.y[seat]));
  }

  /** The box of all parts, with half a seat around each. */
  #whole() {
    const sides = this.parts.map(({ box: [left, top, right, bottom], radius = 0 }) => {
      const pad = 2.5 * radius;
      return [left - pad, top - pad, right + pad, bottom + pad];
    });
    return boxOf(sides.flatMap((side) => [side[0], side[2]]), sides.flatMap((side) => [side[1], side[3]]));
  }

  /** Sizes to draw a section with: `radius` lets no seat touch another; `grain` fills it when seats are mere dots. */
  #measure(section) {
    const { rows, box, first, end } = section;
    const step = Math.max(1, Math.floor(section.size / 150));
    const gaps = [];
    for (let seat = first; seat < end; seat += step) gaps.push(this.#gap(seat));
    gaps.sort((a, b) => a - b);
    section.radius = 0.45 * gaps[gaps.length >> 3];
    const far = (a, b) => Math.hypot(this.x[a] - this.x[b], this.y[a] - this.y[b]);
    const middle = rows[rows.length >> 1];
    section.length = far(middle.first, middle.end - 1) || box[2] - box[0];
    section.depth = far((rows[0].first + rows[0].end) >> 1, (rows.at(-1).first + rows.at(-1).end) >> 1);
    section.grain = Math.max(Math.sqrt((section.length * section.depth) / section.size) * 0.8, 2 * section.radius);
  }

  /** How far it is from a seat to the nearest other one. */
  #gap(seat) {
    for (let reach = this.squares.side / 4; reach < 64 * this.squares.side; reach *= 2) {
      const other = this.nearest(this.x[seat], this.y[seat], reach, seat);
      if (other >= 0) return Math.hypot(this.x[seat] - this.x[other], this.y[seat] - this.y[other]) || reach;
    }
    return 1;
  }

  /** Sorts the seats into squares, so that the nearest one is found without looking at all. */
  #index() {
    const [left, top, right, bottom] = this.box;
    const side = Math.max(Math.sqrt(((right - left) * (bottom - top)) / (this.size / 4 + 1)), 1e-3);
    const [across, down] = [Math.floor((right - left) / side) + 1, Math.floor((bottom - top) / side) + 1];
    const cell = (x, y) => {
      const [column, line] = [Math.floor((x - left) / side), Math.floor((y - top) / side)];
      return Math.max(0, Math.min(down - 1, line)) * across + Math.max(0, Math.min(across - 1, column));
    };
    const starts = new Int32Array(across * down + 1);
    for (let seat = 0; seat < this.size; seat += 1) starts[cell(this.x[seat], this.y[seat]) + 1] += 1;
    for (let number = 1; number < starts.length; number += 1) starts[number] += starts[number - 1];
    const next = starts.slice();
    const order = new Int32Array(this.size);
    for (let seat = 0; seat < this.size; seat += 1) order[next[cell(this.x[seat], this.y[seat])]++] = seat;
    this.squares = { side, across, cell, starts, order };
  }

  /** The seat nearest to a point, no further than `reach` and not `except`; -1 for none. */
  nearest(x, y, reach, except = -1) {
    const { across, cell, starts, order } = this.squares;
    const [from, to] = [cell(x - reach, y - reach), cell(x + reach, y + reach)];
    let [best, found] = [reach * reach, -1];
    for (let line = Math.floor(from / across); line <= Math.floor(to / across); line += 1) {
      const begin = starts[line * across + (from % across)];
      const end = starts[line * across + (to % across) + 1];
      for (let place = begin; place < end; place += 1) {
        const seat = order[place];
        const far = (this.x[seat] - x) ** 2 + (this.y[seat] - y) ** 2;
        if (far <= best && seat !== except) [best, found] = [far, seat];
      }
    }
    return found;
  }

  /** Takes over all statuses from the bytes of `/seats`; false when they belong to another chart. */
  load(buffer) {
    const view = new DataView(buffer);
    const version = new TextDecoder().decode(new Uint8Array(buffer, 20, 8));
    const fits = view.getUint32(0, true) === MAGIC && view.getUint32(12, true) === this.size
      && view.getUint32(16, true) === this.areas.length && this.version.startsWith(version);
    if (!fits) return false;
    this.position = Number(view.getBigUint64(4, true));
    const packed = new Uint8Array(buffer, HEADER_BYTES);
    for (let seat = 0; seat < this.size; seat += 1) this.status[seat] = (packed[seat >> 1] >> (seat & 1 ? 4 : 0)) & 15;
    let at = HEADER_BYTES + ((this.size + 1) >> 1);
    for (const area of this.areas) {
      area.counts = area.counts.map((_, code) => view.getUint32(at + 4 * code, true));
      at += 4 * area.counts.length;
    }
    this.#recount();
    return true;
  }

  #recount() {
    for (const section of this.sections) section.counts.fill(0);
    for (const counts of this.levelCounts) counts.fill(0);
    for (let seat = 0; seat < this.size; seat += 1) this.#count(seat, 1);
    for (const { level, counts } of this.areas) counts.forEach((places, code) => { this.levelCounts[level][code] += places; });
  }

  #count(seat, by) {
    this.sections[this.part[seat]].counts[this.status[seat]] += by;
    this.levelCounts[this.level[seat]][this.status[seat]] += by;
  }

  /** Takes over a change: `[seat, status]` or `[first, count, status]`, and counts of areas. Returns what differs. */
  apply({ position, seats = [], areas = [] }) {
    const changed = [];
    for (const change of seats) {
      const [first, status] = [change[0], change.at(-1)];
      const end = first + (change.length > 2 ? change[1] : 1);
      for (let seat = first; seat < end; seat += 1) {
        if (this.status[seat] === status) continue;
        changed.push([seat, this.status[seat], status]);
        this.#count(seat, -1);
        this.status[seat] = status;
        this.#count(seat, 1);
      }
    }
    for (const [index, ...counts] of areas) this.#fill(this.areas[index], counts);
    this.position = position;
    return changed;
  }

  #fill(area, counts) {
    counts.forEach((places, code) => { this.levelCounts[area.level][code] += places - area.counts[code]; });
    area.counts = counts;
  }

  /** The levels of a section's free seats. */
  freeLevels({ first, end }) {
    const found = new Set();
    for (let seat = first; seat < end; seat += 1) if (this.status[seat] === FREE) found.add(this.level[seat]);
    return [...found];
  }

  /** How many places have a status. */
  total(status) {
    return this.levelCounts.reduce((sum, counts) => sum + counts[status], 0);
  }

  /** The price of a seat: that of its listing, if it is offered for resale, else that of its level. */
  price(seat) {
    return this.status[seat] === LISTED ? this.resale.get(seat) : this.prices[this.level[seat]];
  }

  /** Whether a seat can be had, by either kind of sale. */
  open(seat) {
    return this.status[seat] === FREE || this.status[seat] === LISTED;
  }

  /** Where a seat is, in the words on the ticket: `{section, row, seat}`. */
  place(seat) {
    const row = this.rows[this.row[seat]];
    const label = row.labels[seat - row.first];
    const own = label.startsWith(`${row.name}-`) ? label.slice(row.name.length + 1) : label;
    return { section: this.sections[this.part[seat]].name, row: row.name, seat: own, label };
  }

  /** The seats with labels in a section, as far as there are such. */
  find(name, labels) {
    const section = this.sections.find((part) => part.name === name);
    if (!section) return [];
    section.byLabel ??= new Map(section.rows.flatMap((row) => row.labels.map((label, place) => [label, row.first + place])));
    return labels.map((label) => section.byLabel.get(label)).filter((seat) => seat !== undefined);
  }
}
