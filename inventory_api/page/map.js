/** The chart on its canvas: what is selected and pointed at, what changes, and what lies under a point. */

import { DOT, LOOSE, Scene } from './scene.js';

const QUICK_MS = 8; // a drawing that takes longer is stretched while the map moves, and drawn anew when it rests,
const REST = 6; // or when so many times as long has passed as it took
const PULSE_MS = 1200;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class SeatMap extends Scene {
  /** `chosen` has the seats that are selected; `focus` is the one that a key would select. */
  constructor(canvas, seats, view, chosen) {
    super(seats, view);
    Object.assign(this, { canvas, chosen, focus: -1, pulses: [], cost: 0, scene: document.createElement('canvas') });
  }

  /** Fits the canvas to its place on the page. */
  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    for (const canvas of [this.canvas, this.scene]) Object.assign(canvas, { width: width * this.ratio, height: height * this.ratio });
    const radius = this.seats.sections.reduce((least, section) => Math.min(least, section.radius), 4);
    this.drawn = null;
    this.view.measure(width, height, this.seats.box, radius);
  }

  /** Draws at the next frame; `moving` allows the last drawing to be stretched meanwhile. */
  change(moving = false) {
    if (!moving) this.stale = true;
    else {
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.change(), 120);
    }
    this.asked ??= requestAnimationFrame((now) => this.#draw(now));
  }

  #draw(now) {
    this.asked = null;
    if (!this.ratio) return;
    const { scale, left, top } = this.view;
    const moved = !this.drawn || this.drawn.scale !== scale || this.drawn.left !== left || this.drawn.top !== top;
    const due = this.cost < QUICK_MS || now > (this.drawn?.at ?? 0) + REST * this.cost;
    if (this.stale || !this.drawn || (moved && due)) {
      this.stale = false;
      const began = performance.now();
      this.paint(this.#pen(this.scene), this.ratio);
      this.cost = performance.now() - began;
      this.drawn = { scale, left, top, at: now };
    }
    this.#paintOver(now);
    this.canvas.dataset.drawn = Number(this.canvas.dataset.drawn ?? 0) + 1;
  }

  #pen(canvas) {
    const pen = canvas.getContext('2d');
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return pen;
  }

  #paintOver(now) {
    const pen = this.#pen(this.canvas);
    const { scale, left, top, width, height } = this.view;
    const { drawn } = this;
    const stretch = scale / drawn.scale;
    pen.fillStyle = this.theme.ground;
    pen.fillRect(0, 0, width, height);
    pen.drawImage(this.scene, left - drawn.left * stretch, top - drawn.top * stretch, width * stretch, height * stretch);
    this.#paintPulses(pen, now);
    for (const seat of this.chosen.keys()) this.#paintChosen(pen, seat);
    for (const seat of [this.hover?.seat ?? -1, this.focus]) if (seat >= 0) this.#paintHalo(pen, seat);
  }

  #spot(seat) {
    const { scale, left, top } = this.view;
    const radius = this.seats.sections[this.seats.part[seat]].radius * scale;
    return [this.seats.x[seat] * scale + left, this.seats.y[seat] * scale + top, radius];
  }

  #paintChosen(pen, seat) {
    const [x, y, radius] = this.#spot(seat);
    const sprite = this.theme.sprite('chosen', this.theme.chosen, Math.max(radius * 1.12, 4.5), this.ratio);
    pen.drawImage(sprite, x - sprite.half, y - sprite.half, 2 * sprite.half, 2 * sprite.half);
  }

  #paintHalo(pen, seat) {
    const [x, y, radius] = this.#spot(seat);
    pen.strokeStyle = this.theme.focus;
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc(x, y, Math.max(radius * 1.12, 4.5) + 2.5, 0, 7);
    pen.stroke();
  }

  /** Rings that run out from seats that changed just now. */
  #paintPulses(pen, now) {
    this.pulses = this.pulses.filter((pulse) => now - pulse.began < PULSE_MS);
    for (const { seat, began } of this.pulses) {
      const share = Math.max(0, now - began) / PULSE_MS;
      const [x, y, radius] = this.#spot(seat);
      if (radius < DOT) continue;
      pen.globalAlpha = 1 - share;
      pen.strokeStyle = this.theme.focus;
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.arc(x, y, Math.max(radius, 2) + share * 9, 0, 7);
      pen.stroke();
    }
    pen.globalAlpha = 1;
    if (this.pulses.length) this.asked ??= requestAnimationFrame((next) => this.#draw(next));
  }

  /** Marks a part, and a seat in it: what the pointer or the list is at. */
  mark(part, seat = -1) {
    const same = (this.hover?.part ?? null) === (part ?? null);
    this.hover = part ? { part, seat } : null;
    this.change(same);
  }

  /** Shows that seats changed. */
  pulse(changed) {
    if (!calm.matches) {
      const began = performance.now();
      this.pulses.push(...changed.slice(0, 60).map(([seat]) => ({ seat, began })));
      this.pulses = this.pulses.slice(-200);
    }
    this.change();
  }

  /** What is at a point of the canvas: a seat (when seats are large enough to be meant) and the part it lies in. */
  pick(x, y, reach = 14) {
    const [atX, atY] = this.view.at(x, y);
    const pen = this.scene.getContext('2d');
    pen.setTransform(1, 0, 0, 1, 0, 0);
    const part = this.seats.parts.find(({ number, box, radius, rows }) => {
      const pad = 2 * radius;
      if (atX < box[0] - pad || atX > box[2] + pad || atY < box[1] - pad || atY > box[3] + pad) return false;
      pen.lineWidth = pad * 1.25 || 1e-3;
      return pen.isPointInPath(this.shapes[number], atX, atY) || pen.isPointInStroke(this.shapes[number], atX, atY);
    });
    const seat = this.seats.nearest(atX, atY, reach / this.view.scale);
    if (seat < 0) return part ? { seat: -1, part } : null;
    const home = this.seats.sections[this.seats.part[seat]];
    return home.radius * this.view.scale >= LOOSE ? { seat, part: home } : { seat: -1, part: part ?? home };
  }

  /** The seat nearest to the middle of the canvas; -1 while seats are too small to be told apart. */
  middleSeat() {
    const { width, height } = this.view;
    return this.pick(width / 2, height / 2, Math.max(width, height))?.seat ?? -1;
  }

  /** The nearest seat from another one on, in a direction; -1 for none. */
  next(from, [across, down]) {
    const { x, y, size } = this.seats;
    if (this.#spot(from)[2] < LOOSE) return -1;
    let [best, found] = [Infinity, -1];
    for (let seat = 0; seat < size; seat += 1) {
      const [dx, dy] = [x[seat] - x[from], y[seat] - y[from]];
      const [ahead, aside] = [dx * across + dy * down, Math.abs(dx * down - dy * across)];
      const far = ahead + 2.5 * aside;
      if (ahead > 1e-6 && aside <= ahead * 1.5 && far < best) [best, found] = [far, seat];
    }
    return found;
  }

  /** Marks the seat that keys are at, and brings it into view. */
  attend(seat) {
    this.focus = seat;
    const { width, height } = this.view;
    const [x, y] = this.#spot(seat);
    const edge = 60;
    const [right, below] = [Math.max(edge - x, Math.min(0, width - edge - x)), Math.max(edge - y, Math.min(0, height - edge - y))];
    if (right || below) this.view.move(right, below);
    this.change(true);
  }

  /** Pixels a unit at which the seats of a section can be pointed at comfortably. */
  close(section) {
    return 11 / section.radius;
  }
}
