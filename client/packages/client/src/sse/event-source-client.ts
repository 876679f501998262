import { type Access, type Auth, withQuery } from "../core/access.js";
import {
  type Attempt,
  type Connection,
  type ConnectionOptions,
  type ConnectionStatus,
  connection,
} from "../core/connection.js";
import { type CursorStore, memoryCursor } from "../core/cursor-store.js";
import { Emitter } from "../core/emitter.js";
import { browserEnvironment, type Environment } from "../core/environment.js";
import { fail } from "../core/errors.js";
import { type EventClient, type EventMap, type EventOf, type EventType, eventId } from "../core/events.js";
import type { Readable } from "../core/store.js";
import { decodeSse, isCursor } from "../wire/decode.js";
import type { SseMessage } from "../wire/messages.js";
import type { Cursor, Gap } from "../wire/types.js";
import { fetchTransport } from "./fetch-transport.js";
import type { RawMessage } from "./parser.js";
import type { SseTransport } from "./transport.js";

export interface AccessOptions {
  /** Where Freshet is, without a slash at the end. Default: the page's own origin. */
  readonly baseUrl?: string;
  /** Default: cookie. */
  readonly auth?: Auth;
  /** Default: the browser. */
  readonly environment?: Environment;
}

export interface ChannelOptions extends AccessOptions, ConnectionOptions {
  /** At least one: `user:me` (the caller's own), `broadcast:orders`, `room:lobby`, `document:spec`. */
  readonly channels: readonly string[];
  /** Deliver only events of these types. Default: all. */
  readonly types?: readonly string[];
  /**
   * Without a cursor, begin with the newest so many: 0–100, of all channels together over SSE, of each by polling and in
   * a tab that shares another one's connection. Default 0: with what is new.
   */
  readonly last?: number;
  /** Where the cursor is kept. Default: in memory. */
  readonly cursorStore?: CursorStore;
}

export interface EventSourceOptions extends ChannelOptions {
  /** False: following does not make the user present. Default true. */
  readonly presence?: boolean;
  /** `fetchTransport` (default) or `nativeTransport`. */
  readonly transport?: SseTransport;
}

export function accessOf(options: AccessOptions): Access {
  const env = options.environment ?? browserEnvironment;
  return { baseUrl: options.baseUrl ?? "", auth: options.auth ?? { type: "cookie" }, env };
}

/** A server's `retry:` counts up to here; more is a mistake. */
const longestRetryMs = 300_000;

/** The server's own range for `retry:` after `unavailable`, for `EventSource`, which does not show it: 2 to 10 s. */
const unavailableMs = (env: Environment) => 2000 + env.random() * 8000;

/** Events of channels over Server-Sent Events: comes back by itself, resumes from its cursor, drops doubles. */
export class EventSourceClient<E extends EventMap = EventMap> implements EventClient<E> {
  readonly status: Readable<ConnectionStatus>;
  readonly #env: Environment;
  readonly #connection: Connection;
  readonly #emitter = new Emitter();
  readonly #store: CursorStore;
  #cursor: Cursor | undefined;
  #channel: string | undefined;
  #retryMs = 0;

  constructor(options: EventSourceOptions) {
    const { channels, types, last, presence, cursorStore, transport = fetchTransport } = options;
    const access = accessOf(options);
    this.#env = access.env;
    this.#store = cursorStore ?? memoryCursor();
    const path = withQuery("/api/events", {
      channels: channels.join(","),
      types: types?.join(","),
      last: last || undefined,
      presence: presence === false ? presence : undefined,
    });
    const dial = async (attempt: Attempt) => {
      const give = (message: RawMessage) => this.#receive(attempt, message);
      await transport({ access, attempt, path, cursor: this.cursor, types, give });
      throw fail("network", "The stream ended");
    };
    this.#connection = connection(this.#env, options, dial, () => this.#retryMs);
    this.status = this.#connection.status;
  }

  get cursor(): Cursor | undefined {
    this.#cursor ??= this.#store.load();
    return this.#cursor;
  }

  /** As in `EventClient`; also `heartbeat`, which is not among `*`. */
  on<T extends EventType<E>>(type: T, listener: (event: EventOf<E, T>) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  open(): void {
    this.#connection.open();
  }

  close(): void {
    this.#connection.close();
  }

  #receive(attempt: Attempt, { event, data, id, retry }: RawMessage): void {
    if (attempt.signal.aborted) return;
    if (retry !== undefined) this.#retryMs = Math.min(retry, longestRetryMs);
    const cursor = isCursor(id) ? id : undefined;
    const message = data ? decodeSse(event, data, id, retry) : undefined;
    if (message) this.#take(attempt, message as Known, cursor);
    // What cannot be read now cannot be read later: the cursor moves on all the same.
    else if (data) attempt.note({ kind: "invalid-message", message: `A message of type ${event} was left out` });
    // After the listeners: whatever breaks in between is delivered again rather than not at all.
    if (!cursor || event === "unavailable") return;
    this.#cursor = cursor;
    this.#store.save(cursor);
  }

  #take(attempt: Attempt, { event, data }: Known, cursor: Cursor | undefined): void {
    if (event === "init") {
      const { connectionId, channels, resumed } = data;
      this.#channel = channels.length === 1 ? channels[0] : undefined;
      attempt.opened("sse", { connectionId, resumed });
    } else if (event === "unavailable") {
      const { status, reason } = data;
      const kind = status === 429 ? "rate-limited" : "unavailable";
      attempt.ended({ kind, message: reason, status }, this.#retryMs || unavailableMs(this.#env));
    } else if (event === "heartbeat") {
      this.#emitter.hint({ type: event, payload: data, cursor });
    } else {
      const id = eventId(this.cursor, cursor);
      const channel = event === "gap" ? (data as Gap).channel : this.#channel;
      this.#emitter.deliver({ type: event, payload: data, id, cursor, channel });
    }
  }
}

/** The messages that this class handles by itself, and all others. */
type Known =
  | Extract<SseMessage, { event: "init" | "unavailable" | "heartbeat" }>
  | { event: "gap" | "other"; data: unknown };
