"use strict";
/* The controls of one film, or of two under one clock: the first leads, the others follow. */

class Player {
  constructor(root, films) {
    this.root = root;
    this.films = films;
    const [lead] = films, find = (name) => root.querySelector(`[data-${name}]`);
    Object.assign(this, { button: find("play"), range: find("seek"), choice: find("pace"), time: find("time"), said: find("said"), aloud: find("aloud") });
    this.range.min = Math.min(...films.map((film) => film.reel.begins));
    this.range.max = Math.max(...films.map((film) => film.reel.ends));
    for (const film of films) Object.assign(film.reel, { begins: Number(this.range.min), ends: Number(this.range.max) });
    for (const film of films) film.measureLike(films);
    lead.ontime = () => this.follow();
    this.button.addEventListener("click", () => this.toggle());
    this.range.addEventListener("input", () => lead.seek(Number(this.range.value)));
    this.choice.addEventListener("change", () => films.forEach((film) => { film.pace = Number(this.choice.value); }));
    this.aloud.addEventListener("change", () => this.said.setAttribute("aria-live", this.aloud.checked ? "polite" : "off"));
    document.addEventListener("keydown", (event) => this.key(event));
    this.choice.value = String(lead.pace);
    films.forEach((film) => { film.pace = lead.pace; });
    lead.seek(Number(this.range.min));
    if (!window.matchMedia("(prefers-reduced-motion: reduce)").matches) lead.play();
  }

  toggle() {
    const [lead] = this.films;
    if (lead.playing) lead.pause(); else lead.play();
  }

  /** What the leading film has come to, shown everywhere. */
  follow() {
    const [lead, ...others] = this.films;
    for (const film of others) film.seek(lead.t);
    this.range.value = String(lead.t);
    this.range.setAttribute("aria-valuetext", clockTime(lead.t));
    this.time.textContent = clockTime(lead.t);
    this.button.textContent = lead.playing ? "Pause" : "Play";
    const said = this.films.map((film) => film.said), sides = this.films.length > 1 ? ["Left: ", "Right: "] : [""];
    const words = said.map((text, side) => (text ? sides[side] + text : "")).filter(Boolean).join(" ");
    if (this.said.textContent !== words) this.said.textContent = words;
  }

  /** Space plays and pauses, the arrows go five minutes back and forth, unless a control has its own use for them. */
  key(event) {
    const controls = event.key === " " ? "button, input, select" : "input, select";
    const own = event.target.closest && event.target.closest(controls);
    const [lead] = this.films, ways = { ArrowLeft: -300, ArrowRight: 300 };
    if (event.ctrlKey || event.altKey || event.metaKey || own) return;
    if (event.key === " ") this.toggle();
    else if (event.key in ways) lead.seek(lead.t + ways[event.key]);
    else return;
    event.preventDefault();
  }
}

/** Draw what the legend's words stand for. */
function drawLegend(root) {
  for (const canvas of root.querySelectorAll("[data-legend]")) {
    const context = canvas.getContext("2d"), kind = canvas.dataset.legend;
    context.scale(2, 2);
    const brush = new Brush(context, 12), at = [17, 22, 9.5];
    if (kind === "patient") { brush.figure(...at, { smile: 0.5 }); brush.patience(...at, 0.75); }
    else if (kind === "impatient") { brush.figure(...at, { smile: -1 }); brush.patience(...at, 0.14); }
    else if (kind === "new") brush.figure(...at, { hollow: true });
    else if (kind === "phone") brush.figure(...at, { phone: true });
    else if (kind === "colleague") brush.figure(...at, { shirt: REST });
    else if (kind === "absent") { brush.figure(13, 25, 8, { shirt: ABSENT, open: false, smile: 0 }); brush.thought(13, 25, 8); }
    else if (kind === "break") brush.cup(17, 20, 11);
    else {
      const mood = { won: "happy", lost: "unhappy" }[kind] || kind;
      brush.figure(...at, { smile: { happy: 1, neutral: 0, unhappy: -1 }[mood], cross: mood === "unhappy" });
      brush.sign(26, 8, 10, mood, kind === mood ? "" : kind);
    }
  }
}
