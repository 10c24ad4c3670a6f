/* The page: what is moved becomes a question, its answer becomes metrics, curves and films. */

import { Asking, send } from "./asking.js";
import { Chart, keys } from "./chart.js";
import { search, Settings, slider, table } from "./controls.js";
import { Desk } from "./desk.js";
import { allFigures, levelTable, plainTable, Strip, yearTable } from "./metrics.js";
import { at, make, put, putLines } from "./words.js";

const page = { preset: null, curve: null, metrics: null, money: new Map(), changed: false, answered: null };
const charts = [];
const strip = new Strip(at("strip"));
const settings = new Settings(() => ask());
const desk = new Desk(() => film());
const asking = new Asking(hear);
const WAIT = "One moment: the first replications are being simulated.";
let filming = null;

/** What is asked now. */
function question() {
  const seed = at("seed").value.trim();
  return { preset: page.preset.name, lever: at("lever").value, seed: /^\d{1,15}$/.test(seed) ? Number(seed) : 1, changes: Object.fromEntries(settings.changes) };
}

function ask() {
  at("curves").setAttribute("aria-busy", "true");
  delete document.body.dataset.settled;
  asking.ask(question());
}

/** One line of an answer. */
function hear(line, asked) {
  const heard = {
    asked: () => { page.changed = line.changed; page.answered = asked; page.money.clear(); mistakes([]); commands(line); hideBeside(); },
    progress: () => { at("progress").max = line.total; at("progress").value = line.done; },
    metrics: () => { page.metrics = line; page.money.set(line.told, line.metrics.value); showFigures(); },
    curve: () => { page.curve = line; showCurve(); film(asked); },
    beside: () => { showBeside(line); },
    done: () => { finished(asked); },
    refused: () => { mistakes(line.errors); },
  }[line.kind];
  if (heard) heard();
}

function showFigures() {
  const { metrics, changed } = page;
  strip.show(metrics, changed);
  allFigures(at("all"), metrics, changed);
  put(at("own"), metrics.yours);
  put(at("far"), soFar(metrics));
  at("by-year").hidden = !metrics.years.rows.length;
  yearTable(at("years"), metrics.years, changed, metrics.currency);
  if (page.curve) drawCharts();
}

/** How far the metrics are: years first, then replications. */
function soFar({ replications, told, of }) {
  if (told === of || told === null) return `${replications} replications so far; intervals shrink while your hand rests.`;
  return `${told === 1 ? "The first year" : `${told} of ${of} years`} of ${replications} replications so far; the years after follow while your hand rests.`;
}

function showCurve() {
  const { curve } = page;
  put(at("advice"), curve.advice.filter(([about]) => !about).map(([, text]) => text).join(" ") || curve.draft);
  at("advice").parentElement.classList.toggle("draft", !curve.last);
  putLines(at("lines"), curve.advice.filter(([about]) => about));
  put(at("note"), curve.note);
  drawCharts();
  if (at("levels").closest("details").open) levelTable(at("levels"), curve);
}

/** Other staff and what the advice rests on, once they are known. */
function showBeside({ lines, staff }) {
  putLines(at("beside"), lines);
  at("staff-box").hidden = !staff.length;
  plainTable(at("staff"), staff);
}

function hideBeside() {
  putLines(at("beside"), []);
  at("staff-box").hidden = true;
}

/** Every curve with the metrics of the strip as the place where the slider is. */
function drawCharts() {
  const { curve, metrics, preset } = page, box = at("charts");
  while (charts.length < curve.series.length) charts.push(new Chart(charts.length === 0));
  const shown = charts.slice(0, curve.series.length).map((chart) => chart.figure);
  if (shown.length !== box.children.length) box.replaceChildren(...shown);
  curve.series.forEach((series, number) => {
    const key = [preset.name, curve.lever, series.name, series.told].join(" ");
    charts[number].show({
      ...series, key, xLabel: curve.label, whole: curve.whole, levels: curve.levels, before: beforeOf(series, key), today: curve.today, best: curve.best,
      notWorse: curve.not_worse, yours: yours(series, curve.lever, metrics),
    });
  });
  legend();
}

const befores = new Map();

/** The curve with today's settings; while it is not yet told again, the last one that was. */
function beforeOf(series, key) {
  if (series.before) befores.set(key, series.before);
  return isMovedBeyondTheLever() ? befores.get(key) : null;
}

const isMovedBeyondTheLever = () => Object.keys((page.answered || { changes: {} }).changes).some((key) => key !== page.curve.lever);

/** Where the slider of the lever is. */
function yours({ name, told }, lever, metrics) {
  const level = Number(settings.value(lever)), figure = told === null ? metrics && metrics.metrics[name] : page.money.get(told);
  if (!figure || !page.changed || !Number.isFinite(level)) return null;
  return { level, ...figure.plain };
}

function legend() {
  const percent = Number((100 * page.metrics.confidence).toPrecision(6)), moved = isMovedBeyondTheLever();
  const { curve } = page, early = curve.told !== curve.of;
  const meanings = [[early ? "early" : "new", `${moved ? "with your settings" : "mean"}; band: ${percent} % interval of the mean`]];
  if (early) meanings[0][1] = `${curve.told === 1 ? "first year only" : `first ${curve.told} of ${curve.of} years`}, ${meanings[0][1]}`;
  if (moved) meanings.push(["before", "with today's settings"]);
  if (page.changed) meanings.push(["yours", "where your slider is, with its interval"]);
  if (curve.best !== null) meanings.push(["best", "best level"]);
  meanings.push(["today", "today's level"]);
  if (page.curve.not_worse.length > 1) meanings.push(["notworse", "cannot be told apart from the best"]);
  keys(at("keys"), meanings);
}

function finished(asked) {
  at("curves").setAttribute("aria-busy", "false");
  at("progress").value = at("progress").max;
  const replications = page.curve.replications, least = Math.min(...replications), most = Math.max(...replications);
  const years = page.metrics.of !== null && page.metrics.told !== null ? ` of ${page.metrics.of} years` : "";
  put(at("far"), `Settled: ${page.metrics.replications} replications${years}; curve from ${least === most ? most : `${least} to ${most}`} of each level.`);
  put(at("status"), `Settled. ${strip.said}`);
  document.body.dataset.settled = JSON.stringify(asked.changes);
}

/** Say what is wrong beside what it is wrong with; what is nowhere else, below the strip. */
function mistakes(errors) {
  const others = settings.mistakes(errors);
  at("mistakes").replaceChildren(...others.map((error) => make("li", {}, error.text)));
  document.body.classList.toggle("refused", errors.length > 0);
  if (errors.length) {
    at("curves").setAttribute("aria-busy", "false");
    put(at("far"), "Not simulated: see what is wrong; the metrics are of the settings before.");
  }
}

function commands(line) {
  put(at("commands"), `${line.run}\n${line.evaluate}`);
}

/** Ask for the film of the day, unless it is of the same question. */
async function film(asked = page.answered) {
  const wanted = JSON.stringify([asked, desk.day]);
  if (!asked || wanted === page.filmed) return;
  page.filmed = wanted;
  if (filming) filming.abort();
  filming = new AbortController();
  const { signal } = filming;
  try {
    const response = await send(`desk?day=${encodeURIComponent(desk.day)}`, asked, signal), told = await response.json();
    if (signal.aborted) return;
    if (told.films) desk.show(told, `${asked.preset} ${asked.seed}`); else desk.clear(told.errors.map((error) => error.text).join(" "));
  } catch (error) {
    if (error.name !== "AbortError") desk.clear("The film cannot be had.");
  }
}

/** Begin with a preset. */
async function load(name) {
  const response = await fetch(`preset/${encodeURIComponent(name)}`), preset = await response.json();
  if (preset.kind === "refused") { mistakes(preset.errors); return; }
  page.preset = preset;
  page.filmed = "";
  page.curve = page.metrics = page.answered = null;
  at("by-year").hidden = true;
  page.changed = false;
  document.title = `${preset.title} – servsim`;
  strip.clear();
  at("charts").replaceChildren();
  for (const id of ["note", "far"]) put(at(id), "");
  put(at("advice"), WAIT);
  putLines(at("lines"), []);
  hideBeside();
  put(at("own"), "");
  desk.clear("");
  at("keys").replaceChildren();
  befores.clear();
  put(at("title"), preset.title);
  put(at("about"), preset.about);
  at("day").value = "";
  settings.load(preset);
  at("levers").replaceChildren(...preset.levers.map((lever) => slider(lever, settings)));
  at("tables").replaceChildren(...preset.tables.map((told) => table(told, settings)));
  at("lever").replaceChildren(...preset.levers.map((lever) => make("option", { value: lever.key }, lever.label)));
  at("lever").value = preset.lever;
  put(at("segments"), preset.segments.length ? `Groups of customers with settings of their own stay as in the file: ${preset.segments.join(", ")}.` : "");
  look();
  ask();
}

function look() {
  const words = at("search").value, many = search(words, at("tables"));
  put(at("found"), words.trim() ? `${many} settings` : "");
}

/** Save what the server makes of the question. */
async function take(button) {
  put(at("taken"), "One moment …");
  const response = await send(button.dataset.from, question());
  if (response.headers.get("content-type").startsWith("application/json")) { put(at("taken"), (await response.json()).errors.map((error) => error.text).join(" ")); return; }
  const link = make("a", { href: URL.createObjectURL(await response.blob()), download: `${page.preset.name}-${button.dataset.name}` });
  link.click();
  URL.revokeObjectURL(link.href);
  put(at("taken"), `Saved as ${link.download}.`);
}

at("preset").addEventListener("change", () => load(at("preset").value));
at("lever").addEventListener("change", ask);
at("seed").addEventListener("change", ask);
at("reset").addEventListener("click", () => settings.reset());
at("search").addEventListener("input", look);
at("levels").closest("details").addEventListener("toggle", () => { if (page.curve) levelTable(at("levels"), page.curve); });
for (const button of at("downloads").children) button.addEventListener("click", () => take(button));

const names = await (await fetch("presets")).json();
at("preset").replaceChildren(...names.map((name) => make("option", {}, name)));
await load(names[0]);
