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
 * Returns what takes the next chunk, and gives false if there is more in one message than there may be.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function sseParser(give: (message: RawMessage) => void): (chunk: string) => boolean {
  let rest = "";
  let size = 0;
  let event: string | undefined;
  let data: string | undefined;
  let id: string | undefined;
  let retry: number | undefined;

  function dispatch() {
    const message = { event: event || "message", data: data ?? "", id, retry };
    const isEmpty = (data ?? id ?? retry) === undefined;
    size = 0;
    event = data = id = retry = undefined;
    if (!isEmpty) give(message);
  }

  function take(line: string) {
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) as string[];
    size += line.length;
    if (field === "event") event = value;
    else if (field === "data") data = data === undefined ? value : `${data}\n${value}`;
    else if (field === "id" && !value.includes("\0")) id = value;
    else if (field === "retry" && /^\d{1,9}$/.test(value)) retry = Number(value);
  }

  return (chunk) => {
    const text = rest + chunk;
    // A CR at the end may be half of a CRLF.
    const lines = text.split(/\r\n|\r(?!$)|\n/);
    rest = lines.pop() as string;
    for (const line of lines) {
      if (line) take(line);
      else dispatch();
    }
    return rest.length + size <= longest;
  };
}
