"use strict";
/* The film of a day at a service desk. `new Film(canvas, reel)` shows a reel; play, pause, seek, pace and setData do what
   they say, and `ontime` is called with the film whenever it has moved. */

const LINES = { [COUNTER]: "waiting", [TELEPHONE]: "on the line", [MANAGER]: "for the manager", [COLLEAGUES]: "colleagues" };
const DOING = {
  off: "away", free: "free", visiting: "with", inattentive: "lost in thought", break: "on a break",
  "following up": "follow-up for", calling: "on the phone to", "helping a colleague": "helping",
  "writing up": "notes on", held: "stays with", "manager's talk": "talks with",
};
const ENDINGS = { abandoned: ["gave up", "rang off"], balked: ["did not want to wait"], blocked: ["no place", "no line"], "sent home": ["sent home", "cut off"] };

class Film {
  constructor(canvas, reel) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.ontime = () => {};
    this.frame = 0;
    this.setData(reel);
    if (window.ResizeObserver) new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** Show another reel, at the same instant if it has it. */
  setData(reel) {
    this.reel = reel;
    this.steps = queueSteps(reel);
    this.most = Math.max(...this.steps.map(([, many]) => many));
    this.longest = longestLines(reel);
    this.desks = reel.agents.length;
    this.paceNow = this.paceNow || reel.pace;
    this.seek(between(reel.begins, this.t === undefined ? reel.begins : this.t, reel.ends));
  }

  /** Be drawn in the same measures as other films, so that they can be compared. */
  measureLike(films) {
    this.desks = Math.max(...films.map((film) => film.reel.agents.length));
    this.most = Math.max(...films.map((film) => Math.max(...film.steps.map(([, many]) => many))));
    for (const film of films) {
      for (const [line, many] of Object.entries(film.longest)) this.longest[line] = Math.max(many, this.longest[line] || 0);
    }
    this.draw();
  }

  get playing() { return this.frame !== 0; }

  get pace() { return this.paceNow; }

  set pace(pace) {
    this.paceNow = pace;
    this.draw();
  }

  play() {
    if (this.playing) return;
    if (this.t >= this.reel.ends - 1) this.t = this.reel.begins;
    let before = performance.now();
    const next = (now) => {
      this.frame = requestAnimationFrame(next);
      this.seek(this.t + Math.min((now - before) / 1000, 0.25) * this.pace);
      before = now;
      if (this.t >= this.reel.ends) this.pause();
    };
    this.frame = requestAnimationFrame(next);
    this.ontime(this);
  }

  pause() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.ontime(this);
  }

  /** Go to an instant: seconds after midnight. */
  seek(t) {
    this.t = between(this.reel.begins, t, this.reel.ends);
    this.draw();
    this.ontime(this);
  }

  /** The last thing that happened, in words; nothing before the first. */
  get said() {
    const at = lastAt(this.reel.said, this.t);
    return at < 0 ? "" : this.reel.said[at][1];
  }

  /** The canvas as sharp as the screen; false while it is not to be seen. */
  fit() {
    const w = this.canvas.clientWidth, sharp = window.devicePixelRatio || 1;
    if (!w) return false;
    const h = Math.round(w >= 640 ? between(400, w * 0.45, 680) : between(520, w * 1.6, 760));
    if (this.canvas.width !== Math.round(w * sharp) || this.canvas.height !== Math.round(h * sharp)) {
      this.canvas.width = Math.round(w * sharp);
      this.canvas.height = Math.round(h * sharp);
      this.canvas.style.height = `${h}px`;
    }
    this.context.setTransform(sharp, 0, 0, sharp, 0, 0);
    this.plan = layout(w, h, this.desks, this.longest);
    this.brush = new Brush(this.context, this.plan.font);
    return true;
  }

  draw() {
    if (!this.fit()) return;
    const { plan, reel, t } = this, now = counters(reel, t);
    const { figures, more } = scene(reel, t, this.pace, plan);
    this.drawRoom();
    this.drawHead(now);
    this.drawLines(figures, more);
    reel.agents.forEach((agent, number) => this.drawDesk(agent, plan.desks[number]));
    for (const one of figures) this.drawFigure(one, figures.length);
    this.drawStrip(now);
  }

  drawRoom() {
    const { plan, brush, reel, t } = this, { head, floor, door, font } = plan;
    this.context.clearRect(0, 0, plan.w, plan.h);
    brush.box(0, 0, plan.w, plan.h, { fill: PAPER, round: 0 });
    brush.box(0, head, plan.w, floor - head, { fill: ROOM, round: 0 });
    brush.box(0, floor, plan.w, plan.aisle, { fill: AISLE, round: 0 });
    const isOpen = reel.open.some(([opens, closes]) => opens <= t && t < closes);
    const w = font * 2.6, h = plan.aisle * 0.82, top = floor + plan.aisle * 0.09;
    brush.box(door.x - w / 2, top, w, h, { fill: isOpen ? PAPER : WOOD, line: INK, width: 2, round: 3 });
    brush.circle(door.x + w * 0.32, top + h * 0.55, font * 0.16, { fill: INK });
    brush.text(isOpen ? "open" : "closed", door.x, top + font * 0.75, { size: font * 0.72, align: "center", bold: true });
  }

  drawHead(now) {
    const { plan, brush, reel, t } = this, { font, head, wide } = plan;
    const radius = font * 1.55, x = font * 2.4, y = wide ? head / 2 : font * 2.2;
    brush.circle(x, y, radius, { line: INK, width: 2 });
    for (const [share, reach, width] of [[t / 43200, 0.55, 2.6], [t / 3600, 0.85, 1.6]]) {
      const turn = 2 * Math.PI * share;
      brush.path([[x, y], [x + Math.sin(turn) * radius * reach, y - Math.cos(turn) * radius * reach]], { width });
    }
    brush.text(clockTime(t), x + radius * 1.4, y - font * 0.55, { size: font * 1.7, bold: true });
    brush.text(reel.weekday, x + radius * 1.4, y + font * 0.95, { color: PALE });
    const boxes = [["arrived", now.arrived], ["served", now.served], ["unserved", now.unserved], ["waiting now", now.waiting]];
    if (reel.people.some((person) => person.spent)) boxes.push([`takings, ${reel.currency}`, Math.round(now.spent).toLocaleString("en")]);
    const left = wide ? font * 11 : font * 0.5, each = (plan.w - left - font * 0.5) / boxes.length, middle = wide ? head / 2 : font * 6;
    boxes.forEach(([label, number], place) => {
      const at = left + each * (place + 0.5);
      brush.text(String(number), at, middle - font * 0.5, { size: font * (wide ? 1.7 : 1.45), bold: true, align: "center", color: label === "unserved" && number ? CROSS : INK });
      brush.text(label, at, middle + font * 0.95, { size: font * (wide ? 0.85 : 0.78), color: PALE, align: "center", room: each - 4 });
    });
  }

  drawLines(figures, more) {
    const { plan, brush } = this, { font } = plan;
    for (const [line, row] of Object.entries(plan.lines)) {
      const many = figures.filter((one) => one.place === Number(line)).length + (more[line] || 0);
      brush.box(row.x + 3, row.y + 3, row.w - 6, row.h - 6, { fill: PAPER, line: AISLE, round: 8 });
      const left = row.x + font * (Number(line) === TELEPHONE ? 2.4 : 1), size = font * 0.9;
      if (Number(line) === TELEPHONE) brush.receiver(row.x + font * 1.4, row.y + font * 1.1, font * 0.5, PALE);
      brush.text(`${LINES[line]}${many ? `: ${many}` : ""}`, left, row.y + font * 1.2, { size, color: PALE });
      const rest = more[line] ? `and ${more[line]} more than there is room for` : "";
      brush.text(rest, row.x + row.w - font, row.y + font * 1.2, { size, bold: true, color: CROSS, align: "right" });
    }
  }

  drawDesk(agent, cell) {
    const { plan, brush, t } = this, { size: s } = plan, { doing, attentive, who } = spellAt(agent, t);
    const x = cell.x + cell.w / 2, y = cell.y + plan.lift, away = doing === "off", absent = doing === "inattentive" || !attentive;
    brush.box(cell.x + 3, cell.y + 3, cell.w - 6, cell.h - 6, { fill: away ? null : PAPER, line: AISLE, round: 8 });
    brush.box(x - s * 1.2, y - s * 0.1, s * 2.4, s * 1.3, { fill: away ? null : WOOD, line: away ? ABSENT : "#9c8458", width: 1.3, round: s * 0.2, dash: away ? [4, 4] : [] });
    const ax = x + s * 2.6;
    if (doing === "break") brush.cup(ax, y, s);
    else if (!away) {
      brush.figure(ax, y, s, { shirt: absent ? ABSENT : INK, smile: absent ? 0 : 0.4, open: !absent });
      if (absent) brush.thought(ax, y, s);
      if (doing === "calling") brush.receiver(ax - s * 1.2, y - s * 1.2, s * 0.5, INK);
    }
    if (cell.h < 40) return;
    const { letters } = plan, room = cell.w - 10, low = y + s * 1.3 + letters;
    brush.text(agent.name, x, low, { size: letters, align: "center", bold: true, room });
    brush.text(this.doingWords(agent, doing, absent, who), x, low + letters * 1.35, { size: letters, align: "center", color: absent ? CROSS : PALE, room });
  }

  /** What an agent does, in words. */
  doingWords(agent, doing, absent, who) {
    if (absent) return `${agent.manager ? "at other work" : "lost in thought"}${who ? `, with ${who}` : ""}`;
    return who ? `${DOING[doing]} ${who}` : DOING[doing];
  }

  drawFigure(one, many) {
    const { brush, t } = this, { person, x, y, size, place } = one, c = this.context;
    const leaves = one.gone > 0, mood = leaves ? person.mood : "", waits = place < 0 && place !== NOWHERE;
    const left = person.patience && waits && place !== MANAGER ? 1 - (t - person.came) / person.patience : 1;
    const smile = mood === "happy" ? 1 : mood === "unhappy" || left <= 0.2 ? -1 : mood === "neutral" || left <= 0.5 ? 0 : 0.5;
    c.globalAlpha = one.fade;
    const look = { hollow: person.new, phone: person.phone, smile, cross: mood === "unhappy" };
    brush.figure(x, y, size, person.fate === "colleague" ? { ...look, shirt: REST } : look);
    if (person.patience && (place === COUNTER || place === TELEPHONE)) brush.patience(x, y, size, between(0, left, 1));
    if (leaves && person.fate !== "colleague") {
      brush.sign(x + size * 0.95, y - size * 1.5, size, mood, person.book);
      const words = (ENDINGS[person.fate] || [])[Number(person.phone)] || (person.spent ? `+${Math.round(person.spent)}` : "");
      if (many < 30 && words) brush.text(words, x, y + size * 1.75, { size: Math.max(size * 0.85, 9), align: "center", color: mood === "unhappy" ? CROSS : INK });
    } else if (waits && size >= 9 && person.name.length < 9) {
      brush.text(person.name, x, y + size * 1.65, { size: Math.max(size * 0.72, 8), align: "center", color: PALE });
    }
    c.globalAlpha = 1;
  }

  /** How many wait over the day, and where in it the film is. */
  drawStrip() {
    const { plan, brush, reel, t, steps } = this, { font } = plan;
    const top = plan.h - plan.strip + font * 1.2, h = plan.strip - font * 1.6;
    const at = (instant) => font + ((plan.w - 2 * font) * between(0, instant - reel.begins, reel.ends - reel.begins)) / (reel.ends - reel.begins);
    const points = [[at(reel.begins), top + h]];
    steps.forEach(([from, many], number) => {
      const until = number + 1 < steps.length ? steps[number + 1][0] : from;
      const y = top + h - (h * many) / Math.max(this.most, 1);
      points.push([at(from), y], [at(until), y]);
    });
    points.push([at(reel.ends), top + h]);
    brush.path(points, { line: null, fill: "#3d7ab855", close: true });
    brush.path([[font, top + h], [plan.w - font, top + h]], { line: PALE, width: 1 });
    brush.path([[at(t), top], [at(t), top + h]], { line: INK, width: 2 });
    brush.text(`waiting over the day, at most ${Math.max(...steps.map(([, many]) => many))}`, font, top - font * 0.55, { size: font * 0.75, color: PALE });
  }
}
