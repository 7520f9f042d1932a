/** What part of the chart the canvas shows: chart units × `scale` + (`left`, `top`) = pixels of the page. */

const MOVE_MS = 260;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class View {
  /** `changed` is called after each change. */
  constructor(changed) {
    Object.assign(this, { scale: 1, left: 0, top: 0, width: 1, height: 1, box: [0, 0, 1, 1], least: 0.1, most: 100 });
    this.changed = changed;
    this.margin = [0, 0, 0, 0];
  }

  /** Fits the canvas' size and the chart's box; keeps what is shown when it was set before. */
  measure(width, height, box, radius) {
    const middle = this.at(this.width / 2, this.height / 2);
    const first = this.box !== box;
    Object.assign(this, { width, height, box });
    this.margin = width > 560 ? [20, 72, 68, 20] : [12, 12, 64, 12];
    const whole = this.#fitted(box);
    this.least = whole.scale * 0.8;
    this.most = Math.max(28 / radius, whole.scale * 2);
    if (first || this.whole) Object.assign(this, whole, { whole: true });
    else Object.assign(this, { left: width / 2 - middle[0] * this.scale, top: height / 2 - middle[1] * this.scale });
    this.changed();
  }

  /** Chart units of a point on the canvas. */
  at(x, y) {
    return [(x - this.left) / this.scale, (y - this.top) / this.scale];
  }

  #fitted(box, share = 1) {
    const [above, right, below, left] = this.margin;
    const [width, height] = [Math.max(this.width - left - right, 40), Math.max(this.height - above - below, 40)];
    const across = Math.max(box[2] - box[0], 1e-3);
    const down = Math.max(box[3] - box[1], 1e-3);
    const scale = Math.min(width / across, height / down) * share;
    const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    return { scale, left: left + width / 2 - x * scale, top: above + height / 2 - y * scale };
  }

  /** Shows everything. */
  fit() {
    this.#go(this.#fitted(this.box), true);
  }

  /** Shows a box of the chart, at no more than `most` pixels a unit. */
  show(box, most = this.most) {
    const target = this.#fitted(box, 0.92);
    if (target.scale > most) {
      const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
      Object.assign(target, { scale: most, left: this.width / 2 - x * most, top: this.height / 2 - y * most });
    }
    this.#go(target, false);
  }

  /** Zooms by a factor around a point of the canvas. */
  zoom(factor, x = this.width / 2, y = this.height / 2, smooth = false) {
    const scale = Math.min(this.most, Math.max(this.least, this.scale * factor));
    const [atX, atY] = this.at(x, y);
    const target = { scale, left: x - atX * scale, top: y - atY * scale };
    if (smooth) this.#go(target, false);
    else this.#set(target);
  }

  /** Moves by pixels. */
  move(x, y) {
    this.#set({ left: this.left + x, top: this.top + y });
  }

  #set(target, whole = false) {
    cancelAnimationFrame(this.frame);
    Object.assign(this, target, { whole });
    this.#hold();
    this.changed();
  }

  /** Keeps some of the chart in sight. */
  #hold() {
    const { scale, width, height, box } = this;
    const [x, y] = [Math.min(width / 2, 120), Math.min(height / 2, 120)];
    this.left = Math.min(width - x - box[0] * scale, Math.max(x - box[2] * scale, this.left));
    this.top = Math.min(height - y - box[1] * scale, Math.max(y - box[3] * scale, this.top));
  }

  #go(target, whole) {
    if (calm.matches) {
      this.#set(target, whole);
      return;
    }
    const [start, began] = [{ scale: this.scale, left: this.left, top: this.top }, performance.now()];
    const [middleX, middleY] = [this.width / 2, this.height / 2];
    const centre = (view) => [(middleX - view.left) / view.scale, (middleY - view.top) / view.scale];
    const [from, to] = [centre(start), centre(target)];
    const step = (now) => {
      const share = Math.min(1, Math.max(0, (now - began) / MOVE_MS));
      const eased = 1 - (1 - share) ** 3;
      const scale = start.scale * (target.scale / start.scale) ** eased;
      const [x, y] = from.map((value, axis) => value + (to[axis] - value) * eased);
      this.#set(share < 1 ? { scale, left: middleX - x * scale, top: middleY - y * scale } : target, whole && share === 1);
      if (share < 1) this.frame = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(step);
  }
}
