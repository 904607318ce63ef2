// Charts as inline SVG in the report's colours. Each is drawn as wide as its place, and has a table that says the same.

import { el, replace, svg } from "./dom.js";
import { day, month, number, percent, t } from "./i18n.js";
import { table } from "./page.js";
import { months, ticks, wholeTicks } from "./scales.js";

// Drawn for less, labels would leave a chart no room; it shrinks as a whole instead.
const NARROWEST = 200;
const PAINTS = ["win", "loss", "draw"];

/** Return a figure: what `draw` makes for a width, what it says in a sentence, and its table of [columns, rows]. */
export function figure(spoken, draw, [columns, rows], key) {
  const place = el("div", { class: "plot" });
  const redraw = ([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width) replace(place, picture(Math.max(width, NARROWEST), spoken, draw));
  };
  new ResizeObserver(redraw).observe(place);
  const asTable = el("details", {}, el("summary", {}, t("as-table")), table(spoken, columns, rows));
  return el("figure", {}, place, key, asTable);
}

function picture(width, spoken, draw) {
  const [height, ...shapes] = draw(width);
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": spoken }, shapes);
}

/** Return the words of a chart's colours. */
export function keys(items) {
  return el("ul", { class: "keys" }, items.map(([word, paint, count]) => el("li", {}, swatch(paint), word, count && el("b", {}, count))));
}

function swatch(paint) {
  const shape = paint === "mark" ? rule(6, 0, 6, 12, paint) : svg("rect", { x: 1, y: 1, width: 10, height: 10, rx: 2, class: paint });
  return svg("svg", { width: 12, height: 12, "aria-hidden": "true" }, shape);
}

function text(x, y, words, props = {}) {
  return svg("text", { x, y, ...props }, words);
}

function rule(x1, y1, x2, y2, kind = "grid") {
  return svg("line", { x1, y1, x2, y2, class: kind });
}

/** Draw counts as parts of a ring, with a figure and what it is in its middle. */
export function donut(counts, value, caption) {
  return () => {
    const [size, radius, line] = [150, 58, 28];
    const round = 2 * Math.PI * radius;
    const total = counts.reduce((sum, count) => sum + count, 0);
    let start = 0;
    const parts = counts.flatMap((count, index) => {
      if (!count) return [];
      const length = (count / total) * round;
      const gap = count < total ? 2 : 0;
      const props = { cx: size / 2, cy: size / 2, r: radius, fill: "none", transform: `rotate(-90 ${size / 2} ${size / 2})` };
      const arc = (width, kind, inset) =>
        svg("circle", {
          ...props, class: kind, "stroke-width": width, "stroke-dashoffset": -start - gap / 2 - inset,
          "stroke-dasharray": `${Math.max(length - gap - 2 * inset, 0.5)} ${round}`,
        });
      const drawn = PAINTS[index] === "draw" ? [arc(line, "ring edge", 0), arc(line - 2, "ring draw", 1)] : [arc(line, `ring ${PAINTS[index]}`, 0)];
      start += length;
      return drawn;
    });
    if (!total) parts.push(svg("circle", { cx: 75, cy: 75, r: radius, fill: "none", class: "ring track", "stroke-width": line }));
    const middle = { "text-anchor": "middle" };
    return [size, svg("g", {}, parts, text(75, 80, value, { ...middle, class: "big" }), text(75, 97, caption, middle))];
  };
}

/** Draw stacks of [wins, losses, draws] upon a baseline. `stacks`: {counts, label, share}. */
export function columns(stacks, { height = 150, months: labels = [] } = {}) {
  return (width) => {
    const [left, top, foot] = [28, 8, height - 20];
    const steps = wholeTicks(Math.max(0, ...stacks.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0))));
    const up = (count) => foot - ((foot - top) * count) / steps.at(-1);
    const pitch = (width - left) / stacks.reduce((sum, { share = 1 }) => sum + share, 0);
    const shapes = steps.flatMap((step) => [
      rule(left, up(step), width, up(step), step ? "grid" : "axis"),
      text(left - 6, up(step) + 4, number(step), { "text-anchor": "end" }),
    ]);
    let x = left;
    for (const { counts, label, share = 1 } of stacks) {
      const bar = Math.min(pitch * 0.68, 26);
      shapes.push(stack(x + (pitch * share - bar) / 2, bar, counts, up));
      if (label) shapes.push(text(x + (pitch * share) / 2, foot + 15, label, { "text-anchor": "middle" }));
      x += pitch * share;
    }
    for (const [index, label] of labels) {
      const at = left + index * pitch;
      if (at < width - 20) shapes.push(rule(at, foot, at, foot + 4, "axis"), text(at + 3, foot + 15, label));
    }
    return [height, shapes];
  };
}

function stack(x, width, counts, up) {
  let below = 0;
  return counts.map((count, index) => {
    if (!count) return null;
    const [y, bottom] = [up(below + count), up(below)];
    const inset = PAINTS[index] === "draw" ? 0.5 : 0;
    const props = { x: x + inset, y: y + inset, width: width - 2 * inset, height: Math.max(bottom - y - (below ? 1 : 0) - 2 * inset, 1) };
    below += count;
    return svg("rect", { ...props, class: PAINTS[index] });
  });
}

/** Draw a growing value, [[time, value]], as an area on zero. */
export function area(points) {
  return (width) => {
    const steps = ticks(0, Math.max(points.at(-1)[1], 1));
    const plot = plotted(points, steps, { left: 34, right: width - 14, top: 14, foot: 138 });
    const line = points.map(([when, value]) => `${plot.across(when)} ${plot.up(value)}`);
    const [end] = points.slice(-1);
    return [
      158,
      plot.axes,
      svg("path", { d: `M${plot.left} ${plot.foot}L${line.join("L")}L${plot.across(end[0])} ${plot.foot}Z`, class: "area" }),
      svg("path", { d: `M${line.join("L")}`, class: "curve" }),
      svg("circle", { cx: plot.across(end[0]), cy: plot.up(end[1]), r: 3.5, class: "dot" }),
      text(plot.across(end[0]) - 8, plot.up(end[1]) - 4, number(end[1], 1), { "text-anchor": "end", class: "strong" }),
    ];
  };
}

/** Draw a value and twice its deviation to each side: [[time, value, deviation]]. */
export function band(points) {
  return (width) => {
    const [lows, highs] = [-2, 2].map((times) => points.map(([, value, deviation]) => value + times * deviation));
    const steps = ticks(Math.min(...lows), Math.max(...highs));
    const plot = plotted(points, steps, { left: 42, right: width - 48, top: 10, foot: 170 });
    const at = points.map(([when]) => plot.across(when));
    const edge = (values) => values.map((value, index) => `${at[index]} ${plot.up(value)}`);
    const last = { cx: at.at(-1), cy: plot.up(points.at(-1)[1]) };
    return [
      192,
      plot.axes,
      svg("path", { d: `M${[...edge(highs), ...edge(lows).reverse()].join("L")}Z`, class: points.length > 1 ? "area" : "curve" }),
      svg("path", { d: `M${edge(points.map(([, value]) => value)).join("L")}`, class: "curve" }),
      svg("circle", { ...last, r: 4, class: "dot" }),
      text(last.cx + 8, last.cy + 4, number(points.at(-1)[1]), { class: "strong" }),
    ];
  };
}

function plotted(points, steps, { left, right, top, foot }) {
  const [first, last, low, high] = [points[0][0], points.at(-1)[0], steps[0], steps.at(-1)];
  const across = (when) => left + ((right - left) * (when - first)) / Math.max(last - first, 1);
  const up = (value) => foot - ((foot - top) * (value - low)) / (high - low);
  const axes = steps.flatMap((step, index) => [
    rule(left, up(step), right, up(step), index || low ? "grid" : "axis"),
    text(left - 6, up(step) + 4, number(step), { "text-anchor": "end" }),
  ]);
  const named = months(first, last, Math.max(2, Math.floor((right - left) / 48))).filter((date) => across(date) < right - 20);
  for (const date of named) axes.push(rule(across(date), foot, across(date), foot + 4, "axis"), text(across(date) + 3, foot + 15, month(date)));
  if (!named.length) {
    axes.push(text(left, foot + 15, day(first)));
    if (right - left > 200 && day(last) !== day(first)) axes.push(text(right, foot + 15, day(last), { "text-anchor": "end" }));
  }
  return { left, foot, across, up, axes };
}

/** Draw each rate as a dot on a track of 0 to 100 %, its interval as a bar, the club's rate as a mark. */
export function rates(items) {
  return (width) => {
    const [left, right, pitch, bottom] = [84, width - (width < 380 ? 56 : 126), 32, items.length * 32];
    const on = (share) => left + (right - left) * share;
    const grid = [0, 0.5, 1].flatMap((share) => [
      rule(on(share), 2, on(share), bottom, "mid"),
      text(on(share), bottom + 14, percent(share), { "text-anchor": "middle", class: "small" }),
    ]);
    const rows = items.map(({ label, rate, low, high, baseline, counts }, index) => {
      const middle = index * pitch + 16;
      const track = svg("rect", { x: left, y: middle - 4, width: right - left, height: 8, rx: 4, class: "track" });
      const bar = low !== undefined && svg("rect", { x: on(low), y: middle - 4, width: Math.max(on(high) - on(low), 2), height: 8, rx: 4, class: "interval" });
      const mark = baseline !== undefined && rule(on(baseline), middle - 8, on(baseline), middle + 8, "mark");
      const dot = rate !== undefined && svg("circle", { cx: on(rate), cy: middle, r: 5, class: "dot" });
      const words = rate === undefined ? counts : percent(rate);
      const value = text(right + 56, middle + 4, words, { "text-anchor": "end", class: rate === undefined ? "" : "strong" });
      const of = width >= 380 && rate !== undefined && text(width, middle + 4, counts, { "text-anchor": "end" });
      return svg("g", {}, text(0, middle + 4, label, { class: "ink" }), track, bar, mark, dot, value, of);
    });
    return [bottom + 20, grid, rows];
  };
}
