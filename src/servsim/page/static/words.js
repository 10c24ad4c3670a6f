/* Numbers and small pieces of the page. */

/** An element with attributes and children. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** The element of an id. */
export const at = (id) => document.getElementById(id);

/** Put a text where another is, if it differs: nothing is read aloud or drawn twice. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Put lines, each with what it is about, where others are, if they differ. */
export function putLines(element, lines) {
  const said = JSON.stringify(lines);
  if (element.dataset.said === said) return;
  element.dataset.said = said;
  element.replaceChildren(...lines.flatMap(([about, text]) => [make("dt", {}, about), make("dd", {}, text)]));
}

/** A number short enough for an axis: 1.2 M, 250 k, 0.05. */
export function short(number) {
  const size = Math.abs(number);
  for (const [scale, name] of [[1e9, " bn"], [1e6, " M"], [1e3, " k"]]) {
    if (size >= scale * 0.9995) return `${Number((number / scale).toPrecision(3))}${name}`;
  }
  return String(Number(number.toPrecision(4)));
}

/** Whether two texts say the same number, or are the same. */
export function same(one, other) {
  if (one.trim() === other.trim()) return true;
  return one.trim() !== "" && other.trim() !== "" && Number(one) === Number(other);
}
