import type { Cursor, LoggedEvent, PlatformPayloads } from "../wire/types.js";
import type { ConnectionStatus } from "./connection.js";
import type { Readable } from "./store.js";

/** Payloads by event type, as the application declares them: `{ "order-completed": { orderId: number } }`. */
export type EventMap = object;

type Known<E> = PlatformPayloads & E;

/** One event, whichever way it came. */
export interface StreamEvent<T extends string = string, P = unknown> {
  readonly type: T;
  readonly payload: P;
  /** Its place in the log; undefined for a few that have none. */
  readonly id?: Cursor;
  /** Where to resume from after it. */
  readonly cursor?: Cursor;
  /** Known where the way it came tells: always by polling and WebSocket, by SSE if it follows one channel. */
  readonly channel?: string;
  /** Milliseconds since 1970, by the server's clock; by polling and WebSocket. */
  readonly timestamp?: number;
}

/** The event of a type: with its declared payload, else with an unknown one. Of `*`: any. */
export type EventOf<E extends EventMap, T extends string> = T extends "*"
  ? StreamEvent
  : T extends keyof Known<E>
    ? StreamEvent<T, Known<E>[T]>
    : StreamEvent<T>;

/** Types that are declared, and any other text. */
export type EventType<E extends EventMap> = (keyof Known<E> & string) | (string & {});

/** What delivers the events of channels: `EventSourceClient`, `ChannelPoller`, `ResilientClient`, `TabSharedClient`. */
export interface EventClient<E extends EventMap = EventMap> {
  readonly status: Readable<ConnectionStatus>;
  /** Where it would resume from. */
  readonly cursor: Cursor | undefined;
  /**
   * Calls back for each event of a type, in the channel's order and once each; `*` for all of them, gaps included.
   * After a `gap` events of its channel may be missing: load anew what you show. Returns what ends it.
   */
  on<T extends EventType<E>>(type: T, listener: (event: EventOf<E, T>) => void): () => void;
  /** Starts; does nothing if it runs, and starts anew after `failed` or `closed`. */
  open(): void;
  /** Ends it for good or until `open()`. No listener is called after it. */
  close(): void;
}

/**
 * The id of the event that moved a stream from one cursor to the next. A cursor over several partitions holds a position
 * of each, and the event's id is the one that is new.
 */
export function eventId(before: Cursor | undefined, cursor: Cursor | undefined): string | undefined {
  if (!cursor?.includes("_")) return cursor;
  const old = before?.split("_") ?? [];
  const moved = cursor.split("_").filter((position) => !old.includes(position));
  return moved.length === 1 ? moved[0] : cursor;
}

export function fromLog({ type, payload, id, channel, timestamp }: LoggedEvent, cursor?: Cursor): StreamEvent {
  return { type, payload, id, channel, timestamp, cursor };
}
