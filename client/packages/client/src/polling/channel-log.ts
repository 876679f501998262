import { content, withQuery } from "../core/access.js";
import { unexpected } from "../core/errors.js";
import { fromLog, type StreamEvent } from "../core/events.js";
import { accessOf, type ChannelOptions } from "../sse/event-source-client.js";
import { decodePoll } from "../wire/decode.js";
import { parseJson } from "../wire/json.js";
import type { Cursor } from "../wire/types.js";

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly renew?: boolean;
  /** Seconds that the server may hold the request while there is nothing, 0–30. */
  readonly waitS?: number;
}

const pageSize = 100;

/** Reads what came behind a place on each channel, and remembers how far it got. */
export class ChannelLog {
  readonly #options: ChannelOptions;
  readonly #deliver: (event: StreamEvent) => void;
  readonly #places = new Map<string, Cursor>();
  readonly #etags = new Map<string, string>();

  /** `after` is the place on all channels; without it each begins with its newest `last`, or with what is new. */
  constructor(options: ChannelOptions, after: Cursor | undefined, deliver: (event: StreamEvent) => void) {
    this.#options = options;
    this.#deliver = deliver;
    if (after !== undefined) for (const channel of options.channels) this.#places.set(channel, after);
  }

  /** One channel's place is a cursor to resume from; of several there is none in common. */
  get cursor(): Cursor | undefined {
    const { channels } = this.#options;
    return channels.length === 1 ? this.#places.get(channels[0] as string) : undefined;
  }

  /** Whether it goes on from a place, on one channel at least. */
  get isPlaced(): boolean {
    return this.#places.size > 0;
  }

  /** Delivers all that there is on all channels. What was delivered is not read again after a failure. */
  async read(options: ReadOptions): Promise<void> {
    for (const channel of this.#options.channels) {
      while (!options.signal.aborted && (await this.#page(channel, options))) {
        // There is more.
      }
    }
  }

  async #page(channel: string, { signal, renew = false, waitS = 0 }: ReadOptions): Promise<boolean> {
    const { types, last = 0 } = this.#options;
    const after = this.#places.get(channel);
    const limit = after === undefined ? Math.max(last, 1) : pageSize;
    const wait = (after !== undefined && waitS) || undefined;
    const path = withQuery(`/api/channels/${encodeURIComponent(channel)}/events`, { limit, after, wait });
    const etag = waitS ? undefined : this.#etags.get(channel);
    const answer = await content(accessOf(this.#options), path, {
      etag,
      signal,
      renew,
      timeoutMs: waitS * 1000 + 10_000,
    });
    if (signal.aborted || answer.text === undefined) return false;
    const page = decodePoll(parseJson(answer.text));
    if (!page) throw unexpected("a page of events");
    if (page.gap) {
      this.#deliver({ type: "gap", payload: { channel, reason: page.gap }, channel, id: page.cursor });
    }
    const begins = after === undefined && last === 0;
    for (const event of begins ? [] : page.events) {
      if (signal.aborted) return false;
      // Place by place, so that a stop in the middle goes on behind the last that was delivered.
      this.#places.set(channel, event.id);
      if (!types || types.includes(event.type)) this.#deliver(fromLog(event, this.cursor));
    }
    this.#places.set(channel, page.cursor);
    const more = after !== undefined && page.events.length >= limit;
    // The ETag is that of the channel, not of the page: with it the rest would be "not modified".
    if (more || !answer.etag) this.#etags.delete(channel);
    else this.#etags.set(channel, answer.etag);
    return more;
  }
}
