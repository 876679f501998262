import type { ConnectionStatus } from "../core/connection.js";
import { memoryCursor } from "../core/cursor-store.js";
import { Emitter } from "../core/emitter.js";
import type { EventClient, EventMap, EventOf, EventType } from "../core/events.js";
import type { Readable } from "../core/store.js";
import { accessOf, type ChannelOptions } from "../sse/event-source-client.js";
import type { Cursor } from "../wire/types.js";
import { ChannelLog } from "./channel-log.js";
import { type Polling, polling } from "./polling.js";

export interface ChannelPollerOptions extends Omit<ChannelOptions, "connectTimeoutMs" | "heartbeatTimeoutMs"> {
  /** Milliseconds between an answer and the next request. Default 3,000, and 0 where the server holds requests. */
  readonly intervalMs?: number;
  /** How long the server may hold a request while there is nothing, 0–30 seconds. Default: 20 with one channel, else 0. */
  readonly waitS?: number;
  /** Default true. Nothing is missed by it: the cursor stays where it is. */
  readonly pauseWhenHidden?: boolean;
}

/** Requests begin at least so far apart, whatever comes. */
const soonestMs = 1000;

/** Events of channels over plain requests, with the same cursors as the streams. */
export class ChannelPoller<E extends EventMap = EventMap> implements EventClient<E> {
  readonly status: Readable<ConnectionStatus>;
  /** What it reads, for whoever must go on where it ends. */
  readonly log: ChannelLog;
  readonly #polling: Polling;
  readonly #emitter = new Emitter();

  constructor(options: ChannelPollerOptions) {
    const { channels, cursorStore = memoryCursor(), waitS = channels.length === 1 ? 20 : 0 } = options;
    const { intervalMs = waitS ? 0 : 3000 } = options;
    const { env } = accessOf(options);
    this.log = new ChannelLog(options, cursorStore.load(), (event) => this.#emitter.deliver(event));
    this.#polling = polling(env, options, intervalMs, async (attempt) => {
      const { signal, renew } = attempt;
      const began = env.now();
      const resumed = this.log.isPlaced;
      // The first answer at once: it says that this way works.
      const first = this.status.getSnapshot().state !== "open";
      await this.log.read({ signal, renew, waitS: first ? 0 : waitS });
      if (this.cursor !== undefined) cursorStore.save(this.cursor);
      if (first) attempt.opened("polling", { resumed });
      // Something on the way may answer at once what the server would have held.
      return Math.max(intervalMs, soonestMs - (env.now() - began));
    });
    this.status = this.#polling.status;
  }

  get cursor(): Cursor | undefined {
    return this.log.cursor;
  }

  on<T extends EventType<E>>(type: T, listener: (event: EventOf<E, T>) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  open(): void {
    this.#polling.open();
  }

  close(): void {
    this.#polling.close();
  }
}
