import { Connection, type ConnectionStatus } from "../core/connection.js";
import { memoryCursor } from "../core/cursor-store.js";
import { Emitter } from "../core/emitter.js";
import { toError } from "../core/errors.js";
import {
  type EventClient,
  type EventMap,
  type EventOf,
  type EventType,
  Seen,
  type StreamEvent,
} from "../core/events.js";
import type { Readable } from "../core/store.js";
import { accessOf, type ChannelOptions } from "../sse/event-source-client.js";
import type { Cursor } from "../wire/types.js";
import { ChannelLog } from "./channel-log.js";
import { PollCycle } from "./poll-cycle.js";

export interface ChannelPollerOptions extends Omit<ChannelOptions, "connectTimeoutMs" | "heartbeatTimeoutMs"> {
  /** Milliseconds between an answer and the next request. Default 3,000, and 0 where the server holds requests. */
  readonly intervalMs?: number;
  /** How long the server may hold a request while there is nothing, 0–30 seconds. Default: 20 with one channel, else 0. */
  readonly waitS?: number;
  /** Default true. Nothing is missed by it: the cursor stays where it is. */
  readonly pauseWhenHidden?: boolean;
  /** Ids that were delivered already; a way of changing from one client to another. */
  readonly seen?: Seen;
}

/** Requests begin at least so far apart, whatever comes. */
const soonestMs = 1000;

/** Events of channels over plain requests, with the same cursors as the streams. */
export class ChannelPoller<E extends EventMap = EventMap> implements EventClient<E> {
  readonly status: Readable<ConnectionStatus>;
  /** What it reads, for whoever must go on where it ends. */
  readonly log: ChannelLog;
  readonly #connection: Connection;
  readonly #emitter = new Emitter();

  constructor(options: ChannelPollerOptions) {
    const { channels, types, last = 0, seen = new Seen(), cursorStore = memoryCursor() } = options;
    const waitS = options.waitS ?? (channels.length === 1 ? 20 : 0);
    const intervalMs = options.intervalMs ?? (waitS ? 0 : 3000);
    const access = accessOf(options);
    const cycle = new PollCycle(access.env, options.pauseWhenHidden ?? true);
    const deliver = (event: StreamEvent) => {
      if (event.type === "gap" || seen.add(event.id)) this.#emitter.emit(event);
    };
    this.log = new ChannelLog({ access, channels, types, last, after: cursorStore.load(), deliver });
    const always = { minUptimeMs: 0, ...options, connectTimeoutMs: 0, heartbeatTimeoutMs: 0 };
    this.#connection = new Connection(access.env, always, (attempt) =>
      cycle
        .run(attempt, async ({ signal, renew }) => {
          // The first answer at once: it says that this way works.
          const began = access.env.now();
          const resumed = this.log.isPlaced;
          const first = this.status.getSnapshot().state !== "open";
          await this.log.read({ signal, renew, waitS: first ? 0 : waitS });
          if (this.cursor !== undefined) cursorStore.save(this.cursor);
          if (first) attempt.opened("polling", { resumed });
          // Something on the way may answer at once what the server would have held.
          return Math.max(intervalMs, soonestMs - (access.env.now() - began));
        })
        .catch((thrown) => attempt.ended(toError(thrown), intervalMs)),
    );
    this.status = this.#connection.status;
  }

  get cursor(): Cursor | undefined {
    return this.log.cursor;
  }

  on<T extends EventType<E>>(type: T, listener: (event: EventOf<E, T>) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  open(): void {
    this.#connection.open();
  }

  close(): void {
    this.#connection.close();
  }
}
