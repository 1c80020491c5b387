// Line charts with bands, as SVG: axes with units, a crosshair for the mouse and for the arrow keys.
import {h, s, magnitude, estimate} from "/dom.js";

/** The curves' colours, those of crossplay report; lighter in the dark. Dashes tell apart what shares a colour. */
const light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#777777", "#8a5a00"];
const dark = ["#3b8fd6", "#f0803c", "#2fc79a", "#dd96bd", "#f0b43c", "#7cc0ea", "#9aa0a6", "#c99a45"];
const dashes = [null, "7 3", "2 3", "9 3 2 3"];
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

export function style(index) {
  const colors = prefersDark.matches ? dark : light;
  return {color: colors[index % colors.length], dash: dashes[Math.floor(index / colors.length) % dashes.length]};
}

export function sample(index) {
  const {color, dash} = style(index);
  return s("svg", {width: 26, height: 10, "aria-hidden": "true"},
    s("line", {x1: 1, x2: 25, y1: 5, y2: 5, stroke: color, "stroke-width": 2.5, "stroke-dasharray": dash}));
}

export function ticks(low, high, count) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const values = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * span; k++) values.push(k * step);
  return values;
}

/**
 * A chart of curves [{name, x: [], y: [], error: [], style: index}]; null in y is a gap.
 * `limit` is where the x axis ends.
 */
export function chart({title, xTitle, curves, limit}) {
  const [width, height, left, right, top, bottom] = [460, 250, 58, 12, 10, 42];
  const all = curves.flatMap((curve) => curve.y.flatMap((y, i) =>
    y === null ? [] : [y - (curve.error?.[i] ?? 0), y + (curve.error?.[i] ?? 0)]));
  const box = h("div", {class: "chart"});
  if (!all.length) {
    box.append(h("p", {class: "faint small"}, "nothing was measured yet"));
    return box;
  }
  let [low, high] = [Math.min(...all), Math.max(...all)];
  if (high - low < 1e-12) { const pad = Math.abs(high) * 0.1 || 1; low -= pad; high += pad; }
  const yTicks = ticks(low, high, 4);
  low = Math.min(low, yTicks[0]);
  high = Math.max(high, yTicks.at(-1));
  const last = limit || 1;
  const x = (value) => left + (width - left - right) * value / last;
  const y = (value) => top + (height - top - bottom) * (1 - (value - low) / (high - low));
  const digits = (value) => Number(value.toPrecision(6)).toString().replace("-", "−");
  const svg = s("svg", {viewBox: `0 0 ${width} ${height}`, role: "img", tabindex: "0",
    "aria-label": `${title} over ${xTitle}; ${curves.length} curves. Arrow keys read values.`});
  for (const tick of yTicks) {
    svg.append(s("line", {class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick)}),
      s("text", {x: left - 6, y: y(tick), dy: "0.35em", "text-anchor": "end"}, digits(tick)));
  }
  for (const tick of ticks(0, last, 4)) {
    svg.append(s("line", {class: "axis", x1: x(tick), x2: x(tick), y1: height - bottom, y2: height - bottom + 5}),
      s("text", {x: x(tick), y: height - bottom + 18, "text-anchor": "middle"}, magnitude(tick)));
  }
  svg.append(s("line", {class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom}),
    s("text", {x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle"}, xTitle));
  for (const curve of curves) {
    const {color} = style(curve.style);
    for (const part of parts(curve)) {
      if (part.length < 2 || !part.some((i) => curve.error?.[i])) continue;
      const upper = part.map((i) => `${x(curve.x[i]).toFixed(1)},${y(curve.y[i] + (curve.error[i] ?? 0)).toFixed(1)}`);
      const lower = part.map((i) => `${x(curve.x[i]).toFixed(1)},${y(curve.y[i] - (curve.error[i] ?? 0)).toFixed(1)}`);
      svg.append(s("polygon", {points: [...upper, ...lower.reverse()].join(" "), fill: color, "fill-opacity": 0.18}));
    }
  }
  for (const curve of curves) {
    const {color, dash} = style(curve.style);
    for (const part of parts(curve)) {
      const points = part.map((i) => `${x(curve.x[i]).toFixed(1)},${y(curve.y[i]).toFixed(1)}`);
      svg.append(part.length === 1
        ? s("circle", {cx: x(curve.x[part[0]]), cy: y(curve.y[part[0]]), r: 3, fill: color})
        : s("polyline", {points: points.join(" "), fill: "none", stroke: color, "stroke-width": 1.8, "stroke-dasharray": dash}));
    }
  }
  const cross = s("line", {class: "cross", y1: top, y2: height - bottom, visibility: "hidden"});
  svg.append(cross);
  const tip = h("div", {class: "tip", hidden: true, role: "status"});
  box.append(svg, tip);

  const places = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  let at = -1;
  function read(index) {
    at = index;
    const value = places[index];
    cross.setAttribute("x1", x(value));
    cross.setAttribute("x2", x(value));
    cross.setAttribute("visibility", "visible");
    const lines = curves.flatMap((curve) => {
      const near = nearest(curve.x, value);
      return near < 0 || curve.y[near] === null ? [] : [[curve, near]];
    });
    const shown = lines.slice(0, 12).map(([curve, i]) => h("div", {}, sample(curve.style), ` ${curve.name}: `,
      estimate(curve.y[i], curve.error?.[i])));
    if (lines.length > shown.length) shown.push(h("div", {}, `and ${lines.length - shown.length} more`));
    tip.replaceChildren(h("div", {class: "faint"}, `${magnitude(value)} ${xTitle}`), ...shown);
    tip.hidden = false;
    const isRight = x(value) > width / 2;
    tip.style.left = isRight ? `${left / width * 100 + 1}%` : "auto";
    tip.style.right = isRight ? "auto" : "8px";
  }
  function end() {
    at = -1;
    tip.hidden = true;
    cross.setAttribute("visibility", "hidden");
  }
  svg.addEventListener("pointermove", (event) => {
    const bounds = svg.getBoundingClientRect();
    const value = ((event.clientX - bounds.left) / bounds.width * width - left) / (width - left - right) * last;
    read(nearest(places, value));
  });
  svg.addEventListener("pointerleave", end);
  svg.addEventListener("blur", end);
  svg.addEventListener("keydown", (event) => {
    const moves = {ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9};
    if (event.key === "Escape") return end();
    if (!(event.key in moves)) return;
    event.preventDefault();
    read(Math.max(0, Math.min(places.length - 1, at < 0 && moves[event.key] > 0 ? 0 : at + moves[event.key])));
  });
  return box;
}

/** Runs of neighbouring points without a gap. */
function parts(curve) {
  const found = [];
  let part = [];
  for (let i = 0; i < curve.x.length; i++) {
    if (curve.y[i] === null) { if (part.length) found.push(part); part = []; } else part.push(i);
  }
  if (part.length) found.push(part);
  return found;
}

function nearest(values, wanted) {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    if (best < 0 || Math.abs(values[i] - wanted) < Math.abs(values[best] - wanted)) best = i;
  }
  return best;
}

