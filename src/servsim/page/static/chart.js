/* A curve over the levels of a lever, with its intervals as a band, drawn in SVG. */

import { make, short } from "./words.js";

const SPACE = "http://www.w3.org/2000/svg";
const ROOM = { left: 54, right: 16, bottom: 40 };
const ROW = 15; // pixels of a line of labels
const LETTER = 6.4; // pixels of a letter, about

/** An SVG element. */
function draw(name, attributes, ...children) {
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Round numbers between two ends, about so many. */
function ticks(low, high, many, least = 0) {
  const raw = Math.max((high - low) / Math.max(many, 1), least), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw * 0.999) || raw;
  const found = [];
  for (let place = Math.ceil(low / step - 1e-9); place * step <= high + step * 1e-9; place += 1) found.push(place * step);
  return found;
}

/** A path through points. */
const path = (points) => points.map(([x, y], number) => `${number ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

export class Chart {
  constructor(tall) {
    this.tall = tall;
    this.name = make("figcaption");
    this.svg = draw("svg", { role: "img" });
    this.figure = make("figure", { class: tall ? "chart tall" : "chart" }, this.name, this.svg);
    this.clip = `clip-${Math.random().toString(36).slice(2)}`;
    this.model = null;
    this.range = null;
    new ResizeObserver(() => this.draw()).observe(this.figure);
  }

  /** Show a model: {label, unit, xLabel, levels, points, texts, before, today, best, notWorse, yours, key}. */
  show(model) {
    if (!this.model || this.model.key !== model.key) this.range = null;
    this.model = model;
    this.figure.classList.toggle("early", Boolean(model.early));
    this.name.textContent = `${model.label}${model.unit ? `, ${model.unit}` : ""}`;
    this.draw();
  }

  /** The ends of the upright axis: they move only when they must, so that the eye can compare. */
  ends(points, extra) {
    const { unit } = this.model, all = points.map(([mean]) => mean).concat(extra);
    const low = Math.min(...all), high = Math.max(...all), size = high - low || Math.abs(high) || 1, old = this.range;
    const least = (value) => (unit === "%" || unit === "min" ? Math.max(value, 0) : value);
    if (old && old[0] <= least(low - size * 0.03) && old[1] >= high + size * 0.03 && old[1] - old[0] < size * 2) return old;
    this.range = [least(low - size * 0.15), high + size * 0.15];
    return this.range;
  }

  draw() {
    const { model, svg } = this;
    const width = this.figure.clientWidth;
    if (!model || !width) return;
    const factor = model.unit === "%" ? 100 : 1, scaled = (list) => list.map((value) => (value === null ? NaN : value * factor));
    const points = model.points.map(scaled), before = (model.before || []).map(([level, mean]) => [level, mean * factor]);
    const yours = model.yours && [model.yours.level, ...scaled([model.yours.mean, model.yours.low, model.yours.high])];
    const top = ROW * (this.tall ? 3 : 1) + 8, height = this.tall ? Math.min(Math.max(width * 0.46, 230), 400) : 176;
    const [low, high] = this.ends(points, [...before.map(([, mean]) => mean), ...(yours ? [yours[1]] : [])]);
    const across = [...model.levels, ...(yours ? [yours[0]] : [])], first = Math.min(...across), last = Math.max(...across);
    const x = (level) => ROOM.left + ((level - first) / (last - first || 1)) * (width - ROOM.left - ROOM.right);
    const y = (value) => top + (1 - (value - low) / (high - low)) * (height - top - ROOM.bottom);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    svg.setAttribute("aria-label", this.summary());
    const frame = { width, height, top, low, high, first, last };
    svg.replaceChildren(
      draw("clipPath", { id: this.clip }, draw("rect", { x: ROOM.left, y: top, width: width - ROOM.left - ROOM.right, height: height - top - ROOM.bottom })),
      ...this.axes(frame, x, y), ...this.marks(frame, x), ...this.lines(points, before, x, y), ...this.own(yours, x, y),
    );
  }

  axes({ width, height, top, low, high, first, last }, x, y) {
    const found = [];
    for (const value of ticks(low, high, (height - top - ROOM.bottom) / (this.tall ? 46 : 30))) {
      found.push(draw("line", { class: "grid", x1: ROOM.left, x2: width - ROOM.right, y1: y(value), y2: y(value) }),
        draw("text", { class: "tick", x: ROOM.left - 7, y: y(value) + 4, "text-anchor": "end" }, short(value)));
    }
    for (const level of ticks(first, last, (width - ROOM.left) / 60, this.model.whole ? 1 : 0)) {
      found.push(draw("line", { class: "tickmark", x1: x(level), x2: x(level), y1: height - ROOM.bottom, y2: height - ROOM.bottom + 4 }),
        draw("text", { class: "tick", x: x(level), y: height - ROOM.bottom + 17, "text-anchor": "middle" }, short(level)));
    }
    found.push(draw("line", { class: "axis", x1: ROOM.left, x2: width - ROOM.right, y1: height - ROOM.bottom, y2: height - ROOM.bottom }));
    if (this.tall || this.model.xLabel.length * LETTER < width - ROOM.left) {
      found.push(draw("text", { class: "title", x: (ROOM.left + width - ROOM.right) / 2, y: height - 5, "text-anchor": "middle" }, this.model.xLabel));
    }
    return found;
  }

  /** Today's level and the best as upright lines, levels not shown worse as a strip along the axis. */
  marks({ width, height, top }, x) {
    const { model, tall } = this, found = [], floor = height - ROOM.bottom;
    const label = (level, row, words, kind) => {
      const anchor = x(level) < ROOM.left + 40 ? "start" : x(level) > width - 60 ? "end" : "middle";
      if (tall) found.push(draw("text", { class: `label ${kind}`, x: x(level), y: ROW * (row + 1) - 3, "text-anchor": anchor }, words));
    };
    if (model.notWorse.length > 1) {
      const from = x(Math.min(...model.notWorse)), until = x(Math.max(...model.notWorse));
      found.push(draw("rect", { class: "notworse", x: from, y: floor - 5, width: until - from, height: 5 }));
    }
    found.push(draw("line", { class: "today", x1: x(model.today), x2: x(model.today), y1: top - 6, y2: floor }));
    label(model.today, 1, `today ${short(model.today)}`, "today");
    if (model.best !== null) {
      found.push(draw("line", { class: "best", x1: x(model.best), x2: x(model.best), y1: top - 6, y2: floor }));
      label(model.best, 0, `best ${short(model.best)}`, "best");
    }
    if (model.yours) label(model.yours.level, 2, `yours ${short(model.yours.level)}`, "yours");
    return found;
  }

  lines(points, before, x, y) {
    const { model } = this, group = draw("g", { "clip-path": `url(#${this.clip})` });
    const known = points.map(([, low, high], number) => [x(model.levels[number]), y(low), y(high)]).filter(([, low, high]) => Number.isFinite(low + high));
    if (known.length > 1) {
      const rim = [...known.map(([at, , high]) => [at, high]), ...known.reverse().map(([at, low]) => [at, low])];
      group.append(draw("path", { class: "band", d: `${path(rim)}Z` }));
    }
    if (before.length) group.append(draw("path", { class: "before", d: path(before.map(([level, mean]) => [x(level), y(mean)])) }));
    const middle = points.map(([mean], number) => [x(model.levels[number]), y(mean)]);
    group.append(draw("path", { class: "line", d: path(middle) }));
    return [group, ...middle.map(([cx, cy]) => draw("circle", { class: "dot", cx, cy, r: this.tall ? 3.4 : 2.4 }))];
  }

  /** Where the slider is, with its own interval. */
  own(yours, x, y) {
    if (!yours || !Number.isFinite(yours[1])) return [];
    const [level, mean, low, high] = yours, cx = x(level), cy = y(mean), size = this.tall ? 7 : 5;
    const group = draw("g", { "clip-path": `url(#${this.clip})` });
    if (Number.isFinite(low + high)) group.append(draw("line", { class: "whisker", x1: cx, x2: cx, y1: y(low), y2: y(high) }));
    group.append(draw("path", { class: "yours", d: `M${cx} ${cy - size}L${cx + size} ${cy}L${cx} ${cy + size}L${cx - size} ${cy}Z` }));
    return [group];
  }

  /** The curve in words. */
  summary() {
    const { model } = this, last = model.levels.length - 1, best = model.levels.indexOf(model.best);
    const some = [...new Set([0, model.levels.indexOf(model.today), best, last])].filter((place) => place >= 0).sort((a, b) => a - b);
    const said = some.map((place) => `${model.texts[place]} at ${short(model.levels[place])}${place === best ? ", the best" : ""}`);
    return `${model.label} over ${model.xLabel.toLowerCase()}: ${said.join("; ")}.`;
  }
}

/** What the signs of a curve mean: [kind, words], each with a picture of it. */
export function keys(list, meanings) {
  list.replaceChildren(...meanings.map(([kind, words]) => make("li", {}, swatch(kind), words)));
}

function swatch(kind) {
  const svg = draw("svg", { width: 30, height: 16, "aria-hidden": "true", class: kind === "early" ? "swatch early" : "swatch" });
  const shapes = {
    new: [draw("rect", { class: "band", x: 0, y: 2, width: 30, height: 12 }), draw("line", { class: "line", x1: 0, x2: 30, y1: 8, y2: 8 })],
    early: [draw("rect", { class: "band", x: 0, y: 2, width: 30, height: 12 }), draw("line", { class: "line", x1: 0, x2: 30, y1: 8, y2: 8 })],
    before: [draw("line", { class: "before", x1: 0, x2: 30, y1: 8, y2: 8 })],
    today: [draw("line", { class: "today", x1: 15, x2: 15, y1: 0, y2: 16 })],
    best: [draw("line", { class: "best", x1: 15, x2: 15, y1: 0, y2: 16 })],
    notworse: [draw("rect", { class: "notworse", x: 0, y: 6, width: 30, height: 5 })],
    yours: [draw("line", { class: "whisker", x1: 15, x2: 15, y1: 0, y2: 16 }), draw("path", { class: "yours", d: "M15 2L21 8L15 14L9 8Z" })],
  };
  svg.append(...shapes[kind]);
  return svg;
}
