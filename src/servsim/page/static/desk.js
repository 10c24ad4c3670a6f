/* The desk on a day, live: the film of today beside that of the new settings, under one clock. */

import { at, make, put } from "./words.js";

const PACES = [[30, "½ minute a second"], [60, "1 minute a second"], [120, "2 minutes a second"], [300, "5 minutes a second"], [600, "10 minutes a second"], [1200, "20 minutes a second"], [3600, "60 minutes a second"]];
const STEP = 60; // seconds of the day between two announcements of the time

export class Desk {
  constructor(dayChanged) {
    this.films = [];
    this.world = "";
    this.isWanted = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.isSeen = false;
    at("pace").append(...PACES.map(([seconds, words]) => make("option", { value: seconds }, words)));
    at("play").addEventListener("click", () => { this.isWanted = !this.isWanted; this.turn(); });
    at("seek").addEventListener("input", () => this.lead && this.lead.seek(Number(at("seek").value)));
    at("pace").addEventListener("change", () => this.films.forEach((film) => { film.pace = Number(at("pace").value); }));
    at("day").addEventListener("change", () => dayChanged());
    new IntersectionObserver(([entry]) => { this.isSeen = entry.isIntersecting; this.turn(); }).observe(at("films"));
  }

  get lead() { return this.films[0]; }

  /** The day that is asked for; none where the usual one is meant. */
  get day() { return at("day").value.trim(); }

  /** Show the day of an answer; where it is the same desk as before, at the same instant. */
  show(told, world) {
    const labels = told.films.length > 1 ? ["Today", "New"] : ["Today"], isNew = this.world !== `${world} ${told.day}`;
    if (this.films.length !== told.films.length) this.build(told.films, labels);
    else this.films.forEach((film, number) => film.setData(told.films[number].reel));
    const reels = this.films.map((film) => film.reel);
    const begins = Math.min(...reels.map((reel) => reel.begins)), ends = Math.max(...reels.map((reel) => reel.ends));
    for (const film of this.films) Object.assign(film.reel, { begins, ends });
    Object.assign(at("seek"), { min: begins, max: ends });
    told.films.forEach((film, number) => this.films[number].canvas.setAttribute("aria-label", `${labels[number]}: ${film.summary}`));
    if (isNew) {
      this.world = `${world} ${told.day}`;
      this.setPace(reels[0].pace);
      this.lead.seek(Math.min(...reels[0].open.map(([opens]) => opens), ends));
    }
    if (document.activeElement !== at("day")) at("day").value = told.day;
    put(at("desk-when"), `${told.when} (day ${told.day}), ${told.world}: one day of one world, as it happens.`);
    put(at("comparison"), told.comparison);
    this.legend(told.legend);
    at("desk").classList.remove("empty");
    this.turn();
  }

  build(films, labels) {
    const now = this.lead ? this.lead.t : undefined;
    this.films.forEach((film) => film.pause());
    at("films").classList.toggle("two", films.length > 1);
    at("films").replaceChildren(...labels.map((label) => make("figure", {}, make("figcaption", {}, label), make("canvas", { role: "img" }))));
    const canvases = at("films").querySelectorAll("canvas");
    this.films = films.map((film, number) => new Film(canvases[number], film.reel)); // eslint-disable-line no-undef
    this.setPace(Number(at("pace").value));
    this.lead.ontime = () => this.follow();
    if (now !== undefined) this.lead.seek(now);
  }

  setPace(seconds) {
    at("pace").value = String(seconds);
    this.films.forEach((film) => { film.pace = seconds; });
  }

  /** What the first film has come to, shown everywhere. */
  follow() {
    const { lead } = this, others = this.films.slice(1), time = clockTime(lead.t); // eslint-disable-line no-undef
    for (const film of others) film.seek(lead.t);
    at("seek").value = String(lead.t);
    if (Math.floor(lead.t / STEP) !== this.minute) {
      this.minute = Math.floor(lead.t / STEP);
      at("seek").setAttribute("aria-valuetext", time);
      put(at("clock"), time);
    }
    put(at("play"), lead.playing ? "Pause" : "Play");
    const said = this.films.map((film) => film.said), sides = this.films.length > 1 ? ["Today: ", "New: "] : [""];
    put(at("said"), said.map((text, side) => (text ? sides[side] + text : "")).filter(Boolean).join(" "));
    if (!lead.playing && this.isSeen && this.isWanted && lead.t >= lead.reel.ends) { this.isWanted = false; put(at("play"), "Play"); }
  }

  /** The film runs while it is wanted and to be seen. */
  turn() {
    if (!this.lead) return;
    const runs = this.isWanted && this.isSeen;
    if (runs && !this.lead.playing) this.lead.play();
    if (!runs && this.lead.playing) this.lead.pause();
    put(at("play"), this.isWanted ? "Pause" : "Play");
  }

  /** No film: say why, if there is a reason. */
  clear(text) {
    this.films.forEach((film) => film.pause());
    this.films = [];
    at("desk").classList.add("empty");
    at("films").replaceChildren();
    at("legend").replaceChildren();
    put(at("desk-when"), text);
    for (const id of ["said", "comparison"]) put(at(id), "");
  }

  legend(meanings) {
    const kinds = Object.keys(meanings).join();
    if (kinds === this.kinds && at("legend").children.length) return;
    this.kinds = kinds;
    at("legend").replaceChildren(...Object.entries(meanings).map(([kind, words]) => make("li", {}, make("canvas", { width: 72, height: 72, "data-legend": kind, "aria-hidden": "true" }), words)));
    drawLegend(at("legend")); // eslint-disable-line no-undef
  }
}
