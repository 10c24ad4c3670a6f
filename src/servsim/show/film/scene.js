"use strict";
/* Where everything and everybody is in a film of a day: pure functions of the reel, the instant and the pace.

   `reel.py` says what is in a reel. Instants are seconds after midnight, the pace is in seconds of the day for one of the
   film, places are pixels. A film can be wound to any instant, and people glide all the same, because each is where
   they have been on average in the last moment. scene.py says the same for the GIF, and a test compares the two: change
   them together. */

const COUNTER = -1, TELEPHONE = -2, MANAGER = -3, COLLEAGUES = -4, NOWHERE = -9;
const GLIDE = 0.6, EXIT = 2.6; // seconds of the film that a step takes, and the way out, unless a reel runs too fast

const between = (low, x, high) => Math.min(Math.max(x, low), high);
const mix = (a, b, share) => a + (b - a) * share;

/** The place in a sorted list of [instant, …] of the last that is not after an instant; −1 if there is none. */
function lastAt(list, t) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle][0] <= t) low = middle + 1; else high = middle;
  }
  return low - 1;
}

/** What a person does at an instant: a line (negative), an agent's number, or NOWHERE. */
function placeAt(person, t) {
  if (t < person.came || (person.left !== null && t >= person.left)) return NOWHERE;
  const at = lastAt(person.stays, t);
  return at < 0 ? NOWHERE : person.stays[at][1];
}

/** What the counters show at an instant. */
function counters(reel, t) {
  const told = { arrived: 0, served: 0, unserved: 0, waiting: 0, spent: 0 };
  for (const person of reel.people) {
    if (person.came > t) break;
    if (person.fate === "colleague") continue;
    const place = placeAt(person, t);
    if (person.came >= 0) told.arrived += 1;
    if (place === COUNTER || place === TELEPHONE) told.waiting += 1;
    if (person.left === null || person.left > t) continue;
    if (person.fate === "served") told.served += 1; else told.unserved += 1;
    told.spent += person.spent;
  }
  return told;
}

/** How many wait for an agent from each instant on: [[instant, how many], …]. */
function queueSteps(reel) {
  const turns = [];
  for (const person of reel.people) {
    if (person.fate === "colleague" || !person.stays.length || person.stays[0][1] >= 0) continue;
    const until = person.stays.length > 1 ? person.stays[1][0] : person.left;
    turns.push([person.came, 1]);
    if (until !== null) turns.push([until, -1]);
  }
  turns.sort((a, b) => a[0] - b[0]);
  let many = 0;
  const steps = [[-1, 0]];
  for (const [t, change] of turns) {
    many += change;
    if (steps[steps.length - 1][0] === t) steps[steps.length - 1][1] = many; else steps.push([t, many]);
  }
  return steps;
}

/** The most that ever wait in each line at once. */
function longestLines(reel) {
  const longest = {};
  for (const line of [COUNTER, TELEPHONE, MANAGER, COLLEAGUES]) {
    const turns = [];
    for (const person of reel.people) {
      person.stays.forEach(([from, where], number) => {
        if (where !== line) return;
        const next = person.stays[number + 1];
        turns.push([from, 1], [next ? next[0] : person.left === null ? Infinity : person.left, -1]);
      });
    }
    turns.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    let many = 0, most = 0;
    for (const [, change] of turns) most = Math.max(most, (many += change));
    if (most) longest[line] = most;
  }
  return longest;
}

// Where things are on the canvas

/** Rectangles, sizes and places for a canvas of w × h; `longest` as longestLines has it. */
function layout(w, h, desks, longest) {
  const wide = w >= 640, font = between(11, w / 62, 16), gap = font * 0.6;
  const head = font * (wide ? 4.6 : 8.2), strip = font * 3.6, aisle = between(52, h * 0.14, 84);
  const floor = h - strip - aisle, tall = floor - head - 2 * gap;
  const split = wide ? w * 0.44 : tall * 0.54;
  const lineArea = wide
    ? { x: gap, y: head + gap, w: split - gap, h: tall }
    : { x: gap, y: head + gap + split, w: w - 2 * gap, h: tall - split };
  const deskArea = wide
    ? { x: split + gap, y: head + gap, w: w - split - 2 * gap, h: tall }
    : { x: gap, y: head + gap, w: w - 2 * gap, h: split - gap };
  const walker = between(9, font * 0.95, 14), door = { x: font * 2.6, y: floor + aisle * 0.5 };
  return { w, h, wide, font, head, strip, floor, aisle, door, walker, lines: lineRows(lineArea, longest, font), ...grid(deskArea, desks, font) };
}

/** Desks in as large cells as fit an area, and the size of whoever is at them. */
function grid(area, desks, font) {
  let best = { size: 0, across: 1, down: 1 };
  for (let across = 1; across <= Math.max(desks, 1); across++) {
    const down = Math.ceil(Math.max(desks, 1) / across);
    const size = Math.min(area.w / across / 9.6, area.h / down / 6.8);
    if (size > best.size) best = { size, across, down };
  }
  const w = area.w / best.across, h = area.h / best.down, cells = [];
  for (let number = 0; number < desks; number++) {
    cells.push({ x: area.x + (number % best.across) * w, y: area.y + Math.floor(number / best.across) * h, w, h });
  }
  const size = Math.min(best.size, font * 2), letters = between(7, h * 0.095, font);
  return { desks: cells, size, letters, lift: h / 2 + size * 0.1 - letters * 1.45 };
}

/** A strip for each line that ever forms, one above the other, with figures small enough for the longest. */
function lineRows(area, longest, font) {
  const lines = [COUNTER, TELEPHONE, MANAGER, COLLEAGUES].filter((line) => longest[line]);
  const all = lines.reduce((sum, line) => sum + 1 + Math.sqrt(longest[line]), 0);
  const rows = {};
  let y = area.y;
  for (const line of lines) {
    const h = (area.h * (1 + Math.sqrt(longest[line]))) / all, low = h < font * 7; // then the words stand beside
    const top = y + font * (low ? 0.4 : 1.9), space = h - font * (low ? 0.8 : 2.6);
    let size = font * 1.5, across = 0, down = 0;
    for (; size > 4.5; size -= 0.5) {
      across = Math.max(Math.floor((area.w - font) / (size * 2.9)), 1);
      down = Math.max(Math.floor(space / (size * 4)), 1);
      if (across * down >= longest[line] && size * 3.6 <= space) break;
    }
    rows[line] = { x: area.x, y, top, w: area.w, h, size, across, room: across * down, inset: font * 0.5 };
    y += h;
  }
  return rows;
}

/** The middle of a slot of a line, which need not be a whole number; the first is nearest to the desks. */
function slotPlace(row, slot) {
  const at = (number) => {
    const down = Math.floor(number / row.across), along = number % row.across;
    const column = down % 2 ? row.across - 1 - along : along;
    return { x: row.x + row.w - row.inset - (column + 0.5) * row.size * 2.9, y: row.top + (down + 0.5) * row.size * 4 };
  };
  const whole = Math.floor(slot), a = at(whole), b = at(whole + 1), share = slot - whole;
  return { x: mix(a.x, b.x, share), y: mix(a.y, b.y, share) };
}

/** Where a customer stands at an agent's desk. */
function deskPlace(plan, number) {
  const cell = plan.desks[number];
  return { x: cell.x + cell.w / 2 - plan.size * 2.6, y: cell.y + plan.lift, size: plan.size };
}

/** Everybody to be drawn at an instant, and how many more are in a line than there is room for. */
function scene(reel, t, pace, plan) {
  const glide = Math.min(GLIDE * pace, reel.step), exit = Math.min(EXIT * pace, reel.way);
  const ahead = {}, figures = [], more = {};
  for (const person of reel.people) {
    if (person.came > t) break;
    if (person.left !== null && person.left + exit < t) continue;
    const sum = { x: 0, y: 0, size: 0, weight: 0 };
    const add = (spot, from, until) => {
      const weight = Math.min(t, until) - Math.max(t - glide, from);
      if (weight <= 0) return;
      sum.x += spot.x * weight; sum.y += spot.y * weight; sum.size += spot.size * weight; sum.weight += weight;
    };
    let shown = true;
    if (!person.phone) add({ ...plan.door, size: plan.walker }, -Infinity, person.came);
    person.stays.forEach(([from, where], number) => {
      const next = person.stays[number + 1];
      const until = next ? next[0] : person.left === null ? Infinity : person.left;
      if (from > t || until <= t - glide) return;
      if (where >= 0) { add(deskPlace(plan, where), from, until); return; }
      const row = plan.lines[where], slot = ahead[where] || 0;
      ahead[where] = slot + (t < until ? 1 : between(0, 1 - (t - until) / glide, 1));
      shown = t >= until || slot < row.room;
      if (!shown) more[where] = (more[where] || 0) + 1;
      add({ ...slotPlace(row, Math.min(slot, row.room - 1)), size: row.size }, from, until);
    });
    if (!shown || person.phone && person.came === t) continue;
    const figure = { person, place: placeAt(person, t), fade: 1, gone: 0 };
    if (person.left !== null && person.left <= t) {
      figure.gone = between(0, (t - person.left) / exit, 1);
      add({ x: wayOut(person, plan), y: plan.door.y, size: plan.walker }, person.left, Infinity);
    }
    Object.assign(figure, { x: sum.x / sum.weight, y: sum.y / sum.weight, size: sum.size / sum.weight });
    const fades = person.phone || person.fate === "colleague";
    if (figure.gone && !fades) figure.x = mix(figure.x, plan.door.x, between(0, (figure.gone - 0.25) / 0.75, 1));
    if (figure.gone) figure.fade = between(0, (1 - figure.gone) * (fades ? 2 : 5), 1);
    else if (person.phone) figure.fade = between(0.05, (t - person.came) / glide, 1);
    figures.push(figure);
  }
  return { figures, more };
}

/** Where in the aisle the way out of a person begins. */
function wayOut(person, plan) {
  const last = person.stays[person.stays.length - 1];
  if (!last) return plan.door.x + plan.w * 0.2;
  return last[1] >= 0 ? deskPlace(plan, last[1]).x : plan.lines[last[1]].x + plan.lines[last[1]].w * 0.7;
}

/** What an agent does at an instant: {doing, attentive, who, since}. */
function spellAt(agent, t) {
  const [since, doing, attentive, who] = agent.spells[Math.max(lastAt(agent.spells, t), 0)];
  return { since, doing, attentive, who };
}

/** An instant as a clock shows it. */
function clockTime(t) {
  const minutes = Math.floor(t / 60);
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
