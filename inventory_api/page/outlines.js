/** The lines around sections and areas. */

/** The line around a part: along its first row, its rows' ends and its last row; or the chart's own for areas. */
export function outline(part, { x, y }) {
  const path = new Path2D();
  const points = part.rows ? around(part.rows).map((seat) => [x[seat], y[seat]]) : part.outline;
  points.forEach(([atX, atY], number) => (number ? path.lineTo(atX, atY) : path.moveTo(atX, atY)));
  path.closePath();
  return path;
}

function around(rows) {
  const along = ({ first, end }) => {
    const step = Math.max(1, Math.floor((end - first) / 12));
    const found = [];
    for (let seat = first; seat < end - 1; seat += step) found.push(seat);
    return [...found, end - 1];
  };
  const inner = rows.slice(1, -1);
  return [...along(rows[0]), ...inner.map((row) => row.end - 1), ...along(rows.at(-1)).reverse(), ...inner.map((row) => row.first).reverse()];
}

/** The point of a polygon that is farthest from its edge, roughly. */
export function inside(outline, [left, top, right, bottom]) {
  const far = ([x, y], number) => {
    const [nextX, nextY] = outline[(number + 1) % outline.length];
    return (px, py) => {
      const [dx, dy] = [nextX - x, nextY - y];
      const share = Math.max(0, Math.min(1, ((px - x) * dx + (py - y) * dy) / (dx * dx + dy * dy || 1)));
      return Math.hypot(px - x - share * dx, py - y - share * dy);
    };
  };
  const edges = outline.map(far);
  const within = (px, py) => outline.reduce((odd, [x, y], number) => {
    const [nextX, nextY] = outline[(number + 1) % outline.length];
    return (y > py) !== (nextY > py) && px < ((nextX - x) * (py - y)) / (nextY - y) + x ? !odd : odd;
  }, false);
  let [best, found] = [-Infinity, [(left + right) / 2, (top + bottom) / 2]];
  for (let step = 0; step < 441; step += 1) {
    const [px, py] = [left + ((right - left) * (step % 21)) / 20, top + ((bottom - top) * Math.floor(step / 21)) / 20];
    const away = Math.hypot(px - (left + right) / 2, py - (top + bottom) / 2);
    const distance = within(px, py) ? Math.min(...edges.map((edge) => edge(px, py))) - away / 100 : -Infinity;
    if (distance > best) [best, found] = [distance, [px, py]];
  }
  return found;
}
