import { type Access, type Ticket, takeTicket, withQuery } from "../core/access.js";
import {
  type Attempt,
  type Connection,
  type ConnectionOptions,
  type ConnectionStatus,
  connection,
} from "../core/connection.js";
import { Emitter } from "../core/emitter.js";
import type { WebSocketLike } from "../core/environment.js";
import { type FreshetError, fail } from "../core/errors.js";
import type { EventMap, StreamEvent } from "../core/events.js";
import type { Readable } from "../core/store.js";
import { type AccessOptions, accessOf } from "../sse/event-source-client.js";
import { decodeFrame } from "../wire/decode-frame.js";
import type { ClientMessage, RefusalCode, ServerMessage } from "../wire/messages.js";
import type { Cursor, Member, PlatformPayloads } from "../wire/types.js";
import { closeError } from "./close-codes.js";
import { type Followed, FollowedSet, follow, unfollow } from "./followed.js";
import { type KeepAliveOptions, keepAlive, later, probe } from "./keep-alive.js";
import { Outbox, type OutboxOptions, refused, type SendResult } from "./outbox.js";

/** Payloads of what comes over a WebSocket besides the application's own events. */
export interface SocketPayloads extends PlatformPayloads {
  "joined-room": { readonly room: string };
  "left-room": { readonly room: string };
  /** Chat messages' payloads, oldest first, at most 50. */
  "message-history": readonly unknown[];
  subscribed: { readonly channel: string };
  /** With a reason: no longer granted. */
  unsubscribed: { readonly channel: string; readonly reason?: string };
  presence: { readonly room: string; readonly users: readonly Member[]; readonly count: number };
  /** A join or a subscription was refused for good; it is not tried again. */
  refused: { readonly room?: string; readonly channel?: string; readonly error: FreshetError };
  /** A message was dropped from the full queue. */
  dropped: { readonly message: ClientMessage; readonly error: FreshetError };
}

/** An event over a WebSocket: of a joined room, or else of a channel. */
export interface SocketEvent<T extends string = string, P = unknown> extends StreamEvent<T, P> {
  readonly room?: string;
}

export type SocketEventOf<E extends EventMap, T extends string> = T extends "*"
  ? SocketEvent
  : T extends keyof (SocketPayloads & E)
    ? SocketEvent<T, (SocketPayloads & E)[T]>
    : SocketEvent<T>;

export interface WebSocketOptions extends AccessOptions, ConnectionOptions, OutboxOptions, KeepAliveOptions {}

export interface MessageOptions {
  /** False: not back to the sender, on none of their connections, nor in the room's history. Default true. */
  readonly echo?: boolean;
  /** At least 16 characters; default: drawn. */
  readonly id?: string;
}

const closed: FreshetError = { kind: "closed", message: "The client was closed" };
const rejoinMs = 3000;

/** Rooms, direct messages and channels over one WebSocket, for as long as it is open and through reconnects. */
export class WebSocketClient<E extends EventMap = EventMap> {
  readonly status: Readable<ConnectionStatus>;
  readonly #access: Access;
  readonly #options: WebSocketOptions;
  readonly #connection: Connection;
  readonly #emitter = new Emitter<SocketEvent>();
  readonly #followed = new FollowedSet();
  readonly #outbox: Outbox;
  /** Requests to follow that are not answered, by id. */
  readonly #asked = new Map<string, Followed>();
  #socket: WebSocketLike | undefined;
  #userId: string | undefined;
  /** Where the current connection began. */
  #begin: Cursor | undefined;
  /** Where to go on with the user's own channel. */
  #own: Cursor | undefined;
  /** To be told that the current connection was extended. */
  #extended: ((expiresAt: number) => void) | undefined;

  constructor(options: WebSocketOptions = {}) {
    this.#options = options;
    this.#access = accessOf(options);
    this.#connection = connection(this.#access.env, options, (attempt) => this.#dial(attempt));
    this.status = this.#connection.status;
    this.#outbox = new Outbox(this.#access.env, options, (message, error) =>
      this.#emitter.emit({ type: "dropped", payload: { message, error } }),
    );
    this.status.subscribe(() => {
      const status = this.status.getSnapshot();
      if (status.state === "failed") this.#outbox.clear(status.error);
    });
  }

  /** The caller's id, once connected. */
  get userId(): string | undefined {
    return this.#userId;
  }

  /** As in `EventClient`. Of a room's events `room` is set, of others `channel`. */
  on<T extends (keyof (SocketPayloads & E) & string) | (string & {})>(
    type: T,
    listener: (event: SocketEventOf<E, T>) => void,
  ): () => void {
    return this.#emitter.on(type, listener);
  }

  open(): void {
    this.#connection.open();
  }

  /** Messages that wait are answered with `closed`. Rooms and channels are remembered for the next `open()`. */
  close(): void {
    this.#connection.close();
    this.#outbox.clear(closed);
  }

  /**
   * Joins a room now and after each reconnect, then with what was missed. The first time `message-history` comes, or
   * with `after` (the id of an event) what came behind it. Returns what undoes it; the last one leaves the room.
   */
  join(room: string, after?: Cursor): () => void {
    return this.#follow("room", room, after);
  }

  /** Follows a channel now and after each reconnect, from `after`, else from now on. Returns what undoes it. */
  subscribe(channel: string, after?: Cursor): () => void {
    return this.#follow("channel", channel, after);
  }

  /** Sends to a room; `payload.type` (`chat-message`) is the event's type. While offline the message waits. */
  sendToRoom(room: string, payload: unknown, options: MessageOptions = {}): Promise<SendResult> {
    const { echo, id } = options;
    return this.send({ type: "room-message", room, payload, echo, id });
  }

  /** Sends to all connections of a user. */
  sendToUser(userId: string, payload: Record<string, unknown>): Promise<SendResult> {
    return this.send({ type: "direct-message", payload: { ...payload, to: userId } });
  }

  /** Sends any message and tells what became of it; never rejects. Sent again after a reconnect, done once. */
  send(message: ClientMessage): Promise<SendResult> {
    const id = message.id ?? this.#access.env.randomId();
    const status = this.status.getSnapshot();
    if (status.state === "failed" || status.state === "closed")
      return Promise.resolve(refused(id, status.state === "failed" ? status.error : closed));
    const result = this.#outbox.add(message, id);
    this.#flush();
    return result;
  }

  /** Sends what is only worth something now, like "is typing": without a connection it is dropped. */
  sendNow(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #follow(kind: Followed["kind"], name: string, after: Cursor | undefined): () => void {
    const followed = this.#followed.add(kind, name, after);
    if (followed.count === 1) this.#ask(followed);
    let held = true;
    return () => {
      if (held && this.#followed.release(followed)) this.sendNow(unfollow(followed));
      held = false;
    };
  }

  #ask(followed: Followed): void {
    if (!this.#socket) return;
    const id = this.#access.env.randomId();
    this.#asked.set(id, followed);
    this.sendNow(follow(followed, id));
  }

  async #dial(attempt: Attempt): Promise<void> {
    const { env, baseUrl } = this.#access;
    const { signal } = attempt;
    if (!env.WebSocket) throw fail("rejected", "This environment has no WebSocket");
    const ticket = { ...(await takeTicket(this.#access, attempt)), resumes: this.#own !== undefined };
    if (signal.aborted) return;
    const path = withQuery("/ws", { ticket: ticket.ticket, after: this.#own || undefined });
    const socket = new env.WebSocket((baseUrl || env.origin).replace(/^http/, "ws") + path);
    socket.onmessage = ({ data }) => {
      if (!signal.aborted) this.#receive(attempt, socket, ticket, data);
    };
    socket.onclose = ({ code, reason }) => attempt.ended(...closeError(code, reason));
    socket.onerror = () => {};
    signal.addEventListener("abort", () => {
      this.#socket = this.#extended = undefined;
      this.#asked.clear();
      this.#outbox.disconnected();
      socket.close();
    });
  }

  #receive(attempt: Attempt, socket: WebSocketLike, ticket: Ticket & { resumes: boolean }, data: unknown): void {
    attempt.alive();
    const frame = decodeFrame(data) as Handled | undefined;
    if (!frame) {
      attempt.note({ kind: "invalid-message", message: "A frame was left out" });
      return;
    }
    const { type, payload } = frame;
    switch (type) {
      case "connected":
        this.#userId = payload.userId;
        this.#begin = payload.cursor;
        this.#own ??= payload.cursor;
        this.#socket = socket;
        this.#extended = keepAlive(this.#access, this.#options, ticket, attempt.signal, (message) =>
          this.sendNow(message),
        );
        // Before the application is told, so that what it sends in answer comes behind its rooms.
        for (const followed of this.#followed.values()) this.#ask(followed);
        attempt.opened("websocket", { connectionId: payload.connectionId, resumed: ticket.resumes });
        this.#flush();
        return;
      case "ack":
        this.#asked.delete(payload.id);
        this.#outbox.answered(payload.id);
        return;
      case "error":
        this.#refuse(attempt, payload);
        return;
      case "refreshed":
        this.#extended?.(payload.expiresAt);
        return;
      case "joined-room":
        this.#followed.began("room", payload.room, this.#begin);
        break;
      case "subscribed":
        this.#followed.began("channel", payload.channel, this.#begin);
        break;
      case "unsubscribed":
        if (payload.channel === probe) return;
        if (payload.reason !== undefined) this.#followed.forget("channel", payload.channel);
        break;
      case "gap":
        this.#moved(payload.channel, frame.id);
        break;
      default:
        if (frame.id !== undefined) this.#moved(frame.channel ?? `room:${frame.room}`, frame.id);
        this.#emitter.deliver(frame as SocketEvent);
        return;
    }
    this.#emitter.emit(frame as SocketEvent);
  }

  #moved(channel: string, id: Cursor): void {
    if (channel === `user:${this.#userId}`) this.#own = id;
    this.#followed.moved(channel, id);
  }

  #refuse(attempt: Attempt, { id = "", code, message }: { id?: string; code: RefusalCode; message: string }): void {
    const passing = code === "rate-limited" || code === "unavailable";
    const kind = passing || code === "forbidden" ? code : "rejected";
    const error: FreshetError = { kind, message };
    const followed = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#outbox.answered(id, error)) return;
    if (!followed) {
      attempt.note(error);
    } else if (passing) {
      const { env } = this.#access;
      later(env, attempt.signal, rejoinMs * (1 + env.random()), () => {
        if (followed.count) this.#ask(followed);
      });
    } else {
      this.#followed.remove(followed);
      this.#emitter.emit({ type: "refused", payload: { [followed.kind]: followed.name, error } });
    }
  }

  #flush(): void {
    if (this.#socket) this.#outbox.flush((text) => this.#socket?.send(text));
  }
}

/** The server's messages, with one literal type for all that are events. */
type Handled =
  | Extract<
      ServerMessage,
      { type: "connected" | "ack" | "error" | "refreshed" | "gap" | "subscribed" | "unsubscribed" }
    >
  | { type: "joined-room"; payload: { room: string } }
  | { type: "event"; payload: unknown; id?: Cursor; room?: string; channel?: string };
