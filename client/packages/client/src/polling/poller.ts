import { type Access, content } from "../core/access.js";
import type { Attempt, ConnectionStatus } from "../core/connection.js";
import { unexpected } from "../core/errors.js";
import { type Readable, Store, safely } from "../core/store.js";
import { type AccessOptions, accessOf } from "../sse/event-source-client.js";
import { type Polling, type PollingOptions, polling } from "./polling.js";

export interface PollerOptions<T> extends AccessOptions, PollingOptions {
  /** Path and query of what is asked for: `/api/stats`. */
  readonly path: string;
  /** Milliseconds between an answer and the next request, at least 100. Default 5,000. */
  readonly intervalMs?: number;
  /**
   * The interval after an answer, from its data: `(order) => (order.done ? 60_000 : 2_000)`. `unchanged` counts the
   * answers since the data changed last. Default: `intervalMs`.
   */
  readonly nextIntervalMs?: (data: T, unchanged: number) => number;
  /** Checks and converts the JSON of an answer; what it throws is an `invalid-response`. Default: takes it as it is. */
  readonly parse?: (body: unknown) => T;
  /** How long an answer may take. Default 10,000. */
  readonly requestTimeoutMs?: number;
}

/** What was polled. The same object until the data changes. */
export type Polled<T> =
  | { readonly state: "empty" }
  /** `updatedAt`: when this data came first, by the local clock, in milliseconds since 1970. */
  | { readonly state: "loaded"; readonly data: T; readonly updatedAt: number };

const soonestMs = 100;

/**
 * Asks for one thing again and again: never twice at once, with its ETag, so that most answers are empty. Errors make
 * the interval longer, at random and up to `maxDelayMs` on top of it. Whoever subscribes hears of changes only.
 */
export class Poller<T = unknown> {
  readonly status: Readable<ConnectionStatus>;
  readonly #data = new Store<Polled<T>>({ state: "empty" });
  readonly getSnapshot = this.#data.getSnapshot;
  readonly subscribe = this.#data.subscribe;
  readonly #access: Access;
  readonly #options: PollerOptions<T>;
  readonly #polling: Polling;
  readonly #intervalMs: number;
  #etag: string | undefined;
  #text: string | undefined;
  #unchanged = 0;

  constructor(options: PollerOptions<T>) {
    this.#options = options;
    this.#access = accessOf(options);
    this.#intervalMs = options.intervalMs ?? 5000;
    const round = (attempt: Attempt) => this.#round(attempt);
    this.#polling = polling(this.#access.env, options, this.#intervalMs, round);
    this.status = this.#polling.status;
  }

  open(): void {
    this.#polling.open();
  }

  close(): void {
    this.#polling.close();
  }

  /** Asks now rather than when the interval is over; while a request is under way, does nothing. */
  refresh(): void {
    this.#polling.poke();
  }

  async #round(attempt: Attempt): Promise<number> {
    const { path, requestTimeoutMs: timeoutMs = 10_000, nextIntervalMs } = this.#options;
    const { signal, renew } = attempt;
    const { text, etag } = await content(this.#access, path, { etag: this.#etag, signal, renew, timeoutMs });
    if (signal.aborted) return 0;
    if (text === undefined || text === this.#text) {
      this.#unchanged++;
    } else {
      const data = this.#parse(text);
      this.#unchanged = 0;
      this.#text = text;
      this.#etag = etag;
      this.#data.set({ state: "loaded", data, updatedAt: this.#access.env.date() });
    }
    if (this.status.getSnapshot().state !== "open") attempt.opened("polling");
    const polled = this.#data.getSnapshot();
    let ms = this.#intervalMs;
    if (polled.state === "loaded" && nextIntervalMs)
      safely(() => {
        ms = nextIntervalMs(polled.data, this.#unchanged);
      });
    return Math.max(ms || this.#intervalMs, soonestMs);
  }

  #parse(text: string): T {
    const { parse } = this.#options;
    try {
      const body: unknown = JSON.parse(text);
      return parse ? parse(body) : (body as T);
    } catch (thrown) {
      throw unexpected(`what was expected: ${thrown}`);
    }
  }
}
