/* Settings as controls: sliders on top, all of them below, every control of a setting showing the same value. */

import { make, put, same } from "./words.js";

/** The settings of a preset: what they are, what was moved, and the controls that show them. */
export class Settings {
  constructor(moved) {
    this.moved = moved;
    this.base = new Map();
    this.changes = new Map();
    this.controls = new Map();
    this.tables = [];
  }

  /** Begin anew with a preset's settings. */
  load(preset) {
    this.changes.clear();
    this.controls.clear();
    this.tables = preset.tables;
    this.base = new Map(preset.tables.flatMap((table) => table.settings.map((setting) => [setting.key, setting.value])));
    for (const table of preset.tables) if (table.mechanism) this.base.set(`${table.name}.on`, String(table.on));
  }

  value(key) {
    if (this.changes.has(key)) return this.changes.get(key);
    const [table, name] = key.split("."), own = this.tables.find((one) => one.name === table);
    if (name === "on" && own.absent && [...this.changes.keys()].some((other) => other.startsWith(`${table}.`))) return "true";
    return this.base.get(key);
  }

  /** A setting gets another value; the page asks again. */
  move(key, text) {
    if (same(text, this.base.get(key)) || text.trim() === "") this.changes.delete(key); else this.changes.set(key, text.trim());
    this.show(key);
    this.show(`${key.split(".")[0]}.on`);
    this.moved(key);
  }

  /** All settings as they are today. */
  reset() {
    const keys = [...this.changes.keys()];
    this.changes.clear();
    for (const key of keys) { this.show(key); this.show(`${key.split(".")[0]}.on`); }
    this.moved("");
  }

  /** Every control of a setting shows its value. */
  show(key) {
    for (const control of this.controls.get(key) || []) control.show(this.value(key), this.changes.has(key));
  }

  bind(key, control) {
    this.controls.set(key, [...(this.controls.get(key) || []), control]);
    control.show(this.value(key), this.changes.has(key));
  }

  /** Say what is wrong with settings, beside them; returns the mistakes that belong to none that is shown. */
  mistakes(errors) {
    for (const [key, controls] of this.controls) {
      const text = errors.filter((error) => error.key === key).map((error) => error.text).join(" ");
      for (const control of controls) control.wrong(text);
    }
    return errors.filter((error) => !this.controls.has(error.key));
  }
}

let number = 0;

/** What every control has: a place for what is wrong with it, and a mark for what was moved. */
function control(row, input, wrong, show) {
  return {
    show(value, changed) {
      row.classList.toggle("changed", changed);
      show(value);
    },
    wrong(text) {
      put(wrong, text);
      if (text) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    },
  };
}

/** A slider with a field beside it, for a setting that is moved often. */
export function slider(setting, settings) {
  const id = `lever-${(number += 1)}`;
  const range = make("input", { type: "range", id, min: setting.min, max: setting.max, step: setting.step, "aria-describedby": `${id}-means ${id}-wrong` });
  const field = make("input", { type: "text", inputmode: "decimal", size: 7, "aria-label": `${setting.label}, as a number`, "aria-describedby": `${id}-wrong`, "data-key": setting.key });
  const wrong = make("p", { id: `${id}-wrong`, class: "wrong" });
  const today = make("span", { class: "today pale" }, `today ${setting.value}`);
  const row = make("div", { class: "lever", "data-lever": setting.key },
    make("label", { for: id }, setting.label), make("div", { class: "number" }, field, make("span", { class: "unit" }, setting.unit)),
    range, make("p", { id: `${id}-means`, class: "pale small" }, setting.meaning, " ", today), wrong);
  range.addEventListener("input", () => settings.move(setting.key, String(Number(range.value))));
  field.addEventListener("change", () => settings.move(setting.key, field.value));
  settings.bind(setting.key, control(row, field, wrong, (value) => {
    if (document.activeElement !== field || field.value.trim() === "") field.value = value;
    const known = Number(value);
    if (value.trim() !== "" && Number.isFinite(known)) {
      if (known > Number(range.max)) range.max = known;
      range.value = known;
    }
    range.setAttribute("aria-valuetext", `${value} ${setting.unit}, today ${setting.value}`);
  }));
  return row;
}

/** A field for any setting, with its sentence, its limits and how good its default is. */
function field(setting, settings) {
  const id = `setting-${(number += 1)}`, wrong = make("p", { id: `${id}-wrong`, class: "wrong" });
  const describe = { id, "data-key": setting.key, "aria-describedby": `${id}-means ${id}-wrong` };
  const input = setting.kind === "choice" ? make("select", describe, ...setting.choices.map((choice) => make("option", {}, choice)))
    : setting.kind === "switch" ? make("input", { ...describe, type: "checkbox" })
      : make("input", { ...describe, type: "text", inputmode: setting.kind === "text" ? "text" : "decimal", placeholder: "left out" });
  const about = [setting.limits && setting.kind !== "switch" && `May be ${setting.limits}.`, setting.grade && `Evidence for the default: ${setting.grade}.`].filter(Boolean).join(" ");
  const row = make("div", { class: `setting ${setting.kind}`, "data-words": `${setting.key} ${setting.label} ${setting.meaning}`.toLowerCase() },
    make("label", { for: id }, setting.label), make("div", { class: "number" }, input, make("span", { class: "unit" }, setting.unit)),
    make("p", { id: `${id}-means`, class: "small" }, setting.meaning, " ", make("span", { class: "pale" }, about)), wrong);
  const isSwitch = setting.kind === "switch";
  input.addEventListener("change", () => settings.move(setting.key, isSwitch ? String(input.checked) : input.value));
  settings.bind(setting.key, control(row, input, wrong, (value) => {
    if (isSwitch) input.checked = value === "true"; else if (document.activeElement !== input || value !== input.value.trim()) input.value = value;
  }));
  return row;
}

/** A table of settings, folded. */
export function table(told, settings) {
  const box = make("details", { class: "table" }, make("summary", {}, make("span", { class: "name" }, told.label), make("span", { class: "pale" }, told.meaning)));
  box.append(make("p", { class: "small" }, told.about));
  if (told.mechanism) {
    box.append(field({ key: `${told.name}.on`, kind: "switch", label: "Switched on", unit: "", limits: "", grade: "",
      meaning: told.absent ? "Left out of this scenario; moving anything here switches it on." : "Whether the mechanism works." }, settings));
  }
  for (const setting of told.settings) box.append(field(setting, settings));
  return box;
}

/** Show what matches some words, and open where it is; returns how many settings match. */
export function search(words, tables) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  let many = 0;
  for (const box of tables.children) {
    let found = 0;
    for (const row of box.querySelectorAll(".setting")) {
      row.hidden = !wanted.every((word) => row.dataset.words.includes(word));
      found += row.hidden ? 0 : 1;
    }
    box.hidden = found === 0;
    box.open = wanted.length > 0 && found > 0;
    many += found;
  }
  return many;
}
