"use strict";
/* The brush: the few shapes that a film of a day is made of. No state is told by colour alone. */

const INK = "#1b3a57", PALE = "#6b7785", PAPER = "#ffffff", ROOM = "#faf6ee", WOOD = "#d9c7a7", AISLE = "#efe6d6";
const SHIRT = "#3d7ab8", SKIN = "#fbe3c8", CALM = "#00825f", TENSE = "#e69f00", CROSS = "#c8410b", ABSENT = "#8a8f98";
const REST = "#8d6a9f", LETTERS = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** A brush with the few shapes that a film is made of. */
class Brush {
  constructor(context, font) {
    this.c = context;
    this.font = font;
  }

  text(words, x, y, { size = this.font, color = INK, align = "left", bold = false, room = Infinity } = {}) {
    const c = this.c;
    c.font = `${bold ? "600 " : ""}${size}px ${LETTERS}`;
    c.fillStyle = color;
    c.textAlign = align;
    c.textBaseline = "middle";
    let shown = words;
    while (shown.length > 1 && c.measureText(shown === words ? words : `${shown}…`).width > room) shown = shown.slice(0, -1);
    c.fillText(shown === words ? words : `${shown}…`, x, y);
  }

  circle(x, y, radius, { fill, line, width = 1.5, from = 0, share = 1 } = {}) {
    const c = this.c, start = -Math.PI / 2 + from;
    c.beginPath();
    c.arc(x, y, Math.max(radius, 0.1), start, start + 2 * Math.PI * share);
    if (fill) { c.fillStyle = fill; c.fill(); }
    if (line) { c.strokeStyle = line; c.lineWidth = width; c.stroke(); }
  }

  box(x, y, w, h, { fill, line, width = 1.5, round = 4, dash = [] } = {}) {
    const c = this.c;
    c.beginPath();
    c.roundRect(x, y, w, h, round);
    if (fill) { c.fillStyle = fill; c.fill(); }
    c.setLineDash(dash);
    if (line) { c.strokeStyle = line; c.lineWidth = width; c.stroke(); }
    c.setLineDash([]);
  }

  path(points, { line = INK, width = 1.5, fill, close = false } = {}) {
    const c = this.c;
    c.beginPath();
    points.forEach(([x, y], number) => (number ? c.lineTo(x, y) : c.moveTo(x, y)));
    if (close) c.closePath();
    if (fill) { c.fillStyle = fill; c.fill(); }
    c.strokeStyle = line;
    c.lineWidth = width;
    c.lineJoin = c.lineCap = "round";
    if (line) c.stroke();
  }

  /** A mouth from a frown (−1) to a smile (1), and eyes, open or closed. */
  face(x, y, r, smile, { open = true, cross = false } = {}) {
    const c = this.c, w = Math.max(r * 0.14, 0.8);
    for (const side of [-1, 1]) {
      if (open) this.circle(x + side * r * 0.36, y - r * 0.12, Math.max(r * 0.12, 0.7), { fill: INK });
      else this.path([[x + side * r * 0.5, y - r * 0.1], [x + side * r * 0.2, y - r * 0.1]], { width: w });
      if (cross) this.path([[x + side * r * 0.56, y - r * 0.5], [x + side * r * 0.18, y - r * 0.34]], { width: w });
    }
    c.beginPath();
    c.moveTo(x - r * 0.42, y + r * (0.42 - 0.12 * smile));
    c.quadraticCurveTo(x, y + r * (0.42 + 0.42 * smile), x + r * 0.42, y + r * (0.42 - 0.12 * smile));
    c.strokeStyle = INK;
    c.lineWidth = w;
    c.lineCap = "round";
    c.stroke();
  }

  /** A telephone receiver. */
  receiver(x, y, size, color) {
    const c = this.c;
    c.beginPath();
    c.arc(x, y + size * 0.35, size * 0.8, Math.PI * 1.15, Math.PI * 1.85);
    c.strokeStyle = color;
    c.lineWidth = size * 0.34;
    c.lineCap = "round";
    c.stroke();
    for (const side of [-1, 1]) this.circle(x + side * size * 0.72, y + size * 0.12, size * 0.32, { fill: color });
  }

  /** A person: head, shoulders, face; a hollow shirt for who is here for the first time, a receiver for who calls. */
  figure(x, y, s, { shirt = SHIRT, hollow = false, phone = false, smile = 0.3, open = true, cross = false } = {}) {
    const c = this.c, head = s * 0.68, top = y - s * 0.75;
    if (phone) {
      this.box(x - s, top - s * 0.95, s * 2, s * 2.1, { fill: PAPER, line: shirt, width: Math.max(s * 0.12, 1), round: s * 0.4 });
      this.receiver(x, top + s * 1.6, s * 0.55, shirt);
    } else {
      c.beginPath();
      c.moveTo(x - s * 0.95, y + s * 1.15);
      c.quadraticCurveTo(x - s * 0.95, y - s * 0.05, x, y - s * 0.08);
      c.quadraticCurveTo(x + s * 0.95, y - s * 0.05, x + s * 0.95, y + s * 1.15);
      c.closePath();
      c.fillStyle = hollow ? PAPER : shirt;
      c.fill();
      c.strokeStyle = shirt;
      c.lineWidth = Math.max(s * 0.14, 1);
      c.stroke();
    }
    this.circle(x, top, head, { fill: SKIN, line: INK, width: Math.max(s * 0.08, 0.7) });
    if (s > 3.5) this.face(x, top, head, smile, { open, cross });
  }

  /** What is left of somebody's patience, as a ring that runs out; an exclamation mark when it is nearly gone. */
  patience(x, y, s, share) {
    const top = y - s * 0.75, radius = s * 1.02;
    const color = share > 0.5 ? CALM : share > 0.2 ? TENSE : CROSS;
    this.circle(x, top, radius, { line: "#00000018", width: Math.max(s * 0.22, 1.4) });
    this.circle(x, top, radius, { line: color, width: Math.max(s * 0.22, 1.4), share });
    if (share <= 0.2) this.text("!", x + s * 1.05, top - s * 0.85, { size: Math.max(s * 1.1, 8), color: CROSS, align: "center", bold: true });
  }

  /** The sign beside a face that leaves: plus, dot, minus; a star for who was won, a cross for who was lost. */
  sign(x, y, s, mood, book) {
    const color = mood === "happy" ? CALM : mood === "neutral" ? PALE : CROSS, r = Math.max(s * 0.62, 4);
    this.circle(x, y, r, { fill: book === "lost" ? INK : color, line: PAPER, width: 1 });
    const arm = r * 0.55, w = Math.max(r * 0.3, 1.1), bar = [[x - arm, y], [x + arm, y]];
    if (book === "won") this.star(x, y, r * 0.72);
    else if (book === "lost") for (const side of [-1, 1]) this.path([[x - arm * 0.8, y - side * arm * 0.8], [x + arm * 0.8, y + side * arm * 0.8]], { line: PAPER, width: w });
    else if (mood === "neutral") this.circle(x, y, r * 0.28, { fill: PAPER });
    else {
      this.path(bar, { line: PAPER, width: w });
      if (mood === "happy") this.path([[x, y - arm], [x, y + arm]], { line: PAPER, width: w });
    }
  }

  star(x, y, r) {
    const points = [];
    for (let n = 0; n < 10; n++) {
      const angle = (n * Math.PI) / 5 - Math.PI / 2, far = n % 2 ? r * 0.42 : r;
      points.push([x + Math.cos(angle) * far, y + Math.sin(angle) * far]);
    }
    this.path(points, { line: null, fill: PAPER, close: true });
  }

  cup(x, y, s) {
    this.box(x - s * 0.7, y - s * 0.4, s * 1.2, s * 1.2, { fill: REST, round: s * 0.25 });
    this.circle(x + s * 0.62, y + s * 0.1, s * 0.34, { line: REST, width: s * 0.18 });
    for (const side of [-0.4, 0.1]) this.path([[x + s * side, y - s * 0.7], [x + s * (side + 0.15), y - s], [x + s * side, y - s * 1.3]], { line: REST, width: s * 0.12 });
  }

  thought(x, y, s) {
    this.circle(x + s * 1.25, y - s * 1.75, s * 0.72, { fill: PAPER, line: ABSENT, width: 1.2 });
    this.circle(x + s * 0.72, y - s * 1.05, s * 0.16, { fill: PAPER, line: ABSENT, width: 1 });
    for (const side of [-1, 0, 1]) this.circle(x + s * (1.25 + side * 0.32), y - s * 1.75, s * 0.1, { fill: ABSENT });
  }
}
