import type { Environment } from "../core/environment.js";
import type { FreshetError } from "../core/errors.js";
import type { ClientMessage } from "../wire/messages.js";

/** What became of a message. `id` is the message's; for a chat message also its payload's. */
export type SendResult =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly id: string; readonly error: FreshetError };

export const refused = (id: string, error: FreshetError): SendResult => ({ ok: false, id, error });

interface Entry {
  readonly id: string;
  readonly text: string;
  readonly message: ClientMessage;
  readonly settle: (result: SendResult) => void;
  timer?: unknown;
  sent: boolean;
  /** Connections it was sent on. */
  tries: number;
}

export interface OutboxOptions {
  /** How long a message waits for its answer once it is sent. Default 10,000. */
  readonly ackTimeoutMs?: number;
  /** Messages that wait for a connection or an answer; beyond, the oldest is dropped. Default 100. */
  readonly maxQueued?: number;
}

/** A frame over the server's limit (128 KiB) would end the connection. */
const longestFrame = 131_072;

/** A message that breaks the connection, one over the server's limit for instance, must not break every one. */
const mostTries = 3;

/**
 * Messages from `add` until their answer. Their ids make repetitions harmless, so all that was not answered when a
 * connection ended is sent again on the next one, in order.
 */
export class Outbox {
  readonly #entries = new Map<string, Entry>();
  readonly #env: Environment;
  readonly #options: OutboxOptions;
  readonly #onDropped: (message: ClientMessage, error: FreshetError) => void;

  /** `onDropped` is told of each message that is dropped because the queue is full. */
  constructor(
    env: Environment,
    options: OutboxOptions,
    onDropped: (message: ClientMessage, error: FreshetError) => void,
  ) {
    this.#env = env;
    this.#options = options;
    this.#onDropped = onDropped;
  }

  /** Takes a message in; it goes out with the next `flush`. The result comes always, and is never a rejection. */
  add(message: ClientMessage, id: string): Promise<SendResult> {
    return new Promise((settle) => {
      const reject = (why: string) => settle(refused(id, { kind: "rejected", message: why }));
      let text: string;
      try {
        text = JSON.stringify({ ...message, id });
      } catch (thrown) {
        return reject(String(thrown));
      }
      if (new TextEncoder().encode(text).length > longestFrame) return reject("The message is too big");
      if (this.#entries.has(id)) return reject("A message with this id is on its way");
      this.#entries.set(id, { id, text, message, settle, sent: false, tries: 0 });
      const { maxQueued = 100 } = this.#options;
      if (this.#entries.size <= maxQueued) return;
      const oldest = this.#entries.values().next().value as Entry;
      const error: FreshetError = { kind: "overflow", message: "Too many messages wait" };
      this.#settle(oldest, error);
      this.#onDropped(oldest.message, error);
    });
  }

  /** Sends what was not sent on this connection. */
  flush(send: (text: string) => void): void {
    const { ackTimeoutMs = 10_000 } = this.#options;
    for (const entry of this.#entries.values()) {
      if (entry.sent) continue;
      entry.sent = true;
      entry.tries++;
      entry.timer = this.#env.setTimeout(() => {
        this.#settle(entry, { kind: "timeout", message: "No answer; it may have been done" });
      }, ackTimeoutMs);
      send(entry.text);
    }
  }

  /** The answer to a message; false if it is none of ours. */
  answered(id: string | undefined, error?: FreshetError): boolean {
    const entry = this.#entries.get(id ?? "");
    if (entry) this.#settle(entry, error);
    return entry !== undefined;
  }

  /** The connection ended: what was not answered waits for the next. */
  disconnected(): void {
    for (const entry of [...this.#entries.values()]) {
      this.#env.clearTimeout(entry.timer);
      if (entry.sent && entry.tries >= mostTries)
        this.#settle(entry, { kind: "rejected", message: "Each connection ended with it" });
      entry.sent = false;
    }
  }

  /** Refuses all. */
  clear(error: FreshetError): void {
    for (const entry of [...this.#entries.values()]) this.#settle(entry, error);
  }

  #settle({ id, timer, settle }: Entry, error?: FreshetError): void {
    this.#env.clearTimeout(timer);
    this.#entries.delete(id);
    settle(error ? refused(id, error) : { ok: true, id });
  }
}
