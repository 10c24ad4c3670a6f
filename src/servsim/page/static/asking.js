/* One question at a time: each is asked of the server, its answer read line by line, and dropped when the next one comes. */

const TAB = crypto.randomUUID();
const PATIENCE = 400; // milliseconds that a question has for its first curve before a newer one takes its place

/** Send a question to an address of the page. */
export function send(address, question, signal) {
  return fetch(address, { method: "POST", body: JSON.stringify({ ...question, tab: TAB }), signal });
}

/** Read lines of JSON as they come, or the one answer of a refusal. */
async function* lines(response) {
  if (!response.ok) {
    const text = await response.text();
    yield text.startsWith("{") ? JSON.parse(text) : { kind: "refused", errors: [{ key: "", text: text.trim() }] };
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
  if (rest) yield JSON.parse(rest);
}

/** Asks for answers; `hear` gets every line of the newest question alone. */
export class Asking {
  constructor(hear) {
    this.hear = hear;
    this.running = null;
    this.next = null;
    this.timer = 0;
  }

  /** Ask, as soon as the question before has shown something. */
  ask(question) {
    this.next = { question, moved: performance.now() };
    const wait = this.running && !this.running.shown ? PATIENCE - (performance.now() - this.running.since) : 0;
    clearTimeout(this.timer);
    if (wait > 0) this.timer = setTimeout(() => this.begin(), wait); else this.begin();
  }

  async begin() {
    clearTimeout(this.timer);
    if (!this.next) return;
    const { question, moved } = this.next, own = { abort: new AbortController(), since: performance.now(), shown: false };
    if (this.running) this.running.abort.abort();
    this.next = null;
    this.running = own;
    try {
      for await (const line of lines(await send("answer", question, own.abort.signal))) {
        if (this.running !== own) return;
        this.hear(line, question);
        if (line.kind === "curve" && line.told) performance.measure(`servsim ${line.told} years`, { start: moved, detail: line.levels.length });
        if (line.kind === "curve" && !own.shown) {
          own.shown = true;
          performance.measure("servsim curve", { start: moved, detail: question.changes });
          if (this.next) this.begin();
        }
      }
    } catch (error) {
      if (this.running === own && error.name !== "AbortError") {
        this.hear({ kind: "refused", errors: [{ key: "", text: "The server does not answer any more: is servsim page still running?" }] }, question);
      }
    }
    if (this.running !== own) return;
    this.running = null;
    if (this.next) this.begin();
  }
}
