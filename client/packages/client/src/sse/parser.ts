/** One message as it stood in the stream, its data not parsed. */
export interface RawMessage {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
  readonly retry?: number;
}

/** Beyond this without a line's or message's end it is no stream of Freshet: payloads are up to 64 KiB. */
const longest = 1 << 20;

/**
 * Splits the text of an event stream into messages, wherever the chunks are cut. Unlike a browser it gives away a
 * message that has an id or a `retry` and no data, for both mean something to us.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class SseParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #size = 0;
  #id: string | undefined;
  #retry: number | undefined;
  readonly #give: (message: RawMessage) => void;

  constructor(give: (message: RawMessage) => void) {
    this.#give = give;
  }

  /** False if there is more in one message than there may be. */
  push(chunk: string): boolean {
    let text = this.#rest + chunk;
    // A CR at the end may be half of a CRLF.
    this.#rest = text.endsWith("\r") ? "\r" : "";
    if (this.#rest) text = text.slice(0, -1);
    const lines = text.split(/\r\n|\r|\n/);
    this.#rest = lines.pop() + this.#rest;
    for (const line of lines) this.#line(line);
    return this.#rest.length + this.#size <= longest;
  }

  #line(line: string): void {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    this.#size += line.length;
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d{1,9}$/.test(value)) this.#retry = Number(value);
  }

  #dispatch(): void {
    const [event, data, id, retry] = [this.#event, this.#data, this.#id, this.#retry];
    this.#event = "";
    this.#data = [];
    this.#size = 0;
    this.#id = this.#retry = undefined;
    if (!data.length && id === undefined && retry === undefined) return;
    this.#give({ event: event || "message", data: data.join("\n"), id, retry });
  }
}
