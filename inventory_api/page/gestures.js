/** Turns what mouse, fingers and keys do on the map into moves, zooms and taps. */

const STILL = 7; // pixels that a finger may slip in a tap
const STEP = 90;

/** Listens on a canvas. `told` has `tap(x, y, finger)`, `point(x, y)`, `leave()`, `arrow(way)` which
 * says whether it went to another seat, and `key(name)`; moves go to the view. */
export function listen(canvas, view, told) {
  const fingers = new Map();
  let [moved, pinch] = [0, 0];

  const place = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const spread = () => {
    const [[x, y], [otherX, otherY]] = [...fingers.values()];
    return { far: Math.hypot(x - otherX, y - otherY), middle: [(x + otherX) / 2, (y + otherY) / 2] };
  };

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 1) moved = 0;
    if (fingers.size === 2) pinch = spread();
  });

  canvas.addEventListener('pointermove', (event) => {
    const now = place(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== 'touch') told.point(...now);
      return;
    }
    const [x, y] = [now[0] - before[0], now[1] - before[1]];
    moved += Math.hypot(x, y);
    if (fingers.size === 1 && moved < STILL) return;
    fingers.set(event.pointerId, now);
    canvas.classList.add('moving');
    if (fingers.size === 1) view.move(x, y);
    else if (fingers.size === 2) {
      const next = spread();
      view.zoom(next.far / (pinch.far || 1), ...next.middle);
      view.move(next.middle[0] - pinch.middle[0], next.middle[1] - pinch.middle[1]);
      pinch = next;
      moved = STILL;
    }
  });

  const lift = (event) => {
    const at = fingers.get(event.pointerId);
    const alone = fingers.size === 1;
    fingers.delete(event.pointerId);
    if (!fingers.size) canvas.classList.remove('moving');
    if (at && alone && moved < STILL && event.type === 'pointerup') told.tap(...place(event), event.pointerType === 'touch');
  };
  canvas.addEventListener('pointerup', lift);
  canvas.addEventListener('pointercancel', lift);
  canvas.addEventListener('pointerleave', () => told.leave());

  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    const lines = event.deltaMode ? event.deltaY * 18 : event.deltaY;
    view.zoom(Math.exp(-Math.max(-150, Math.min(150, lines)) * (event.ctrlKey ? 0.01 : 0.0022)), ...place(event));
  }, { passive: false });

  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = ways[event.key];
    if (way && (event.shiftKey || !told.arrow(way))) view.move(-way[0] * STEP, -way[1] * STEP);
    else if (way) { /* it went from seat to seat */ }
    else if (event.key === '+' || event.key === '=') view.zoom(1.5);
    else if (event.key === '-') view.zoom(1 / 1.5);
    else if (event.key === '0' || event.key === 'Escape') view.fit();
    else if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (!way) told.key(event.key);
  });
}
