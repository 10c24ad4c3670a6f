/* Today and new, side by side: the metrics that matter most in the strip, all of them in the table. */

import { make, put } from "./words.js";

const FIRST = ["cash", "customers_end", "unserved_share", "value", "wait_mean", "retention", "revenue", "served", "occupancy", "profit"];
const MONEY = ["cash", "value", "profit"]; // nothing but wages where nobody spends anything
const COUNTS = ["customers"]; // units that the name of a figure says
const CELLS = 4;

/** Whether a change is better or worse: a sign, a word and a class; nothing is said of what is not shown. */
function verdict(figure) {
  const { change, better } = figure;
  if (!change.mean) return ["", "", ""];
  if (!change.shown) return ["≈", "not shown to differ", "same"];
  const up = change.mean > 0;
  if (!better) return [up ? "▲" : "▼", up ? "more" : "less", "same"];
  return [up ? "▲" : "▼", up === better > 0 ? "better" : "worse", up === better > 0 ? "better" : "worse"];
}

/** The metrics that a scenario has of those that matter most. */
const leading = (metrics) => FIRST.filter((name) => metrics[name] && (metrics.revenue || !MONEY.includes(name))).slice(0, CELLS);

/** A cell of the strip, made once and then filled again and again. */
function cell(name) {
  const part = (kind, tag = "span") => make(tag, { class: kind });
  const parts = { label: part("label", "h3"), today: part("was"), arrow: part("arrow"), now: part("now"), sign: part("sign"), change: part("change"), word: part("word"), span: part("span") };
  const box = make("div", { class: "cell", "data-figure": name }, parts.label,
    make("p", { class: "values" }, parts.today, parts.arrow, parts.now), make("p", { class: "verdict" }, parts.sign, parts.change, parts.word, parts.span));
  return { box, parts };
}

export class Strip {
  constructor(root) {
    this.root = root;
    this.cells = new Map();
  }

  show({ metrics, told, of }, changed) {
    const names = leading(metrics);
    if (names.join() !== [...this.cells.keys()].join()) {
      this.cells = new Map(names.map((name) => [name, cell(name)]));
      this.root.replaceChildren(...[...this.cells.values()].map(({ box }) => box));
    }
    for (const [name, { box, parts }] of this.cells) {
      fill(box, parts, metrics[name], changed);
      box.classList.toggle("early", name === "value" && told !== of);
    }
  }

  /** Nothing is known yet. */
  clear() {
    for (const { parts } of this.cells.values()) for (const [kind, part] of Object.entries(parts)) if (kind !== "label") put(part, kind === "now" ? "…" : "");
  }

  /** All of it in one sentence. */
  get said() {
    return [...this.cells.values()].map(({ parts }) => `${parts.label.textContent}: ${["was", "arrow", "now"].map((kind) => (parts[kind === "was" ? "today" : kind].textContent)).filter(Boolean).join(" ").replace("→", "to")}, ${parts.change.textContent.trim()}${parts.word.textContent}.`).join(" ");
  }
}

function fill(box, parts, figure, changed) {
  const [sign, words, kind] = changed ? verdict(figure) : ["", "", ""];
  Object.assign(box.dataset, { today: figure.today.mean, new: figure.new.mean, low: figure.new.low, high: figure.new.high });
  box.dataset.change = figure.change.mean;
  put(parts.label, figure.label + (figure.unit.startsWith("a ") ? ` ${figure.unit}` : figure.unit && !COUNTS.includes(figure.unit) ? `, ${figure.unit}` : ""));
  put(parts.today, changed ? figure.today.text : "");
  put(parts.arrow, changed ? "→" : "");
  put(parts.now, figure.new.text);
  put(parts.sign, sign);
  const isOpen = figure.change.mean && !figure.change.shown; // then its interval says all there is to say
  put(parts.change, !changed ? "today" : !figure.change.mean ? "as today" : isOpen ? "" : ` ${figure.change.text}`);
  put(parts.word, words ? ` ${words}` : "");
  put(parts.span, changed && figure.change.mean ? figure.change.span : figure.new.span);
  box.classList.toggle("better", kind === "better");
  box.classList.toggle("worse", kind === "worse");
}

/** All metrics: today, new, and the change with its interval. */
export function allFigures(table, told, changed) {
  const share = `${Number((100 * told.confidence).toPrecision(6))} % interval`;
  const heads = changed ? ["Figure", "Today", "New", "Change", share] : ["Figure", "Today", share];
  const rows = Object.values(told.metrics).map((figure) => {
    const [sign, words] = verdict(figure), name = make("th", { scope: "row" }, figure.label, make("span", { class: "pale small" }, ` ${figure.meaning}`));
    const unit = figure.unit ? ` ${figure.unit}` : "";
    const cells = changed ? [figure.today.text + unit, figure.new.text + unit, figure.change.mean ? `${sign} ${figure.change.text} ${words}` : "–", figure.change.span || "–"]
      : [figure.new.text + unit, figure.new.span || "–"];
    return make("tr", {}, name, ...cells.map((text) => make("td", {}, text)));
  });
  const caption = `${changed ? "Today and new in" : "Today in"} ${told.replications} replications, the same people in both.`;
  table.replaceChildren(make("caption", { class: "pale" }, caption), make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), make("tbody", {}, ...rows));
}

/** Year by year: a row for each year that is shown, a column for each figure; "…" where a year is to come. */
export function yearTable(table, { labels, rows }, changed, currency) {
  const cell = (one) => {
    if (!one) return make("td", { class: "pale" }, "…");
    const [sign, words, kind] = changed ? verdict(one) : ["", "", ""];
    if (!changed || !one.change.mean) return make("td", {}, one.new.text);
    return make("td", { class: kind }, make("span", { class: "pale" }, `${one.today.text} → `), one.new.text, " ",
      make("span", { class: "sign", role: "img", "aria-label": words }, sign));
  };
  const heads = ["Year", ...labels.map((label) => (label === "Cash" ? `${label}, ${currency}` : label))];
  table.replaceChildren(make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...rows.map(({ year, cells }) => make("tr", {}, make("th", { scope: "row" }, String(year)), ...labels.map((_, place) => cell(cells[place]))))));
}

/** The curve as a table: each level with its metrics and their intervals. */
export function levelTable(table, curve) {
  const marks = (level) => [level === curve.best && "best", level === curve.today && "today", level !== curve.best && curve.not_worse.includes(level) && "cannot be told apart from the best"].filter(Boolean).join(", ");
  const heads = [curve.label, "", ...curve.series.map((one) => one.label + (one.unit === "%" || !one.unit ? "" : `, ${one.unit}`)), "Worlds"];
  const rows = curve.levels.map((level, place) => make("tr", {}, make("th", { scope: "row" }, String(level)), make("td", {}, marks(level)),
    ...curve.series.map((one) => make("td", {}, `${one.texts[place]}`, make("span", { class: "pale small" }, one.spans[place] ? ` ${one.spans[place]}` : ""))),
    make("td", {}, String(curve.replications[place]))));
  table.replaceChildren(make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head || make("span", { class: "unseen" }, "Standing"))))), make("tbody", {}, ...rows));
}

/** A table of words: its head, then its rows; the first cell of each says what the row is of. */
export function plainTable(element, [head, ...rows]) {
  if (!head) { element.replaceChildren(); return; }
  const line = (cells) => make("tr", {}, ...cells.map((cell, number) => (number ? make("td", {}, cell) : make("th", { scope: "row" }, cell))));
  element.replaceChildren(
    make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell)))),
    make("tbody", {}, ...rows.map(line)),
  );
}
