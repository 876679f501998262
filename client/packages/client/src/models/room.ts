import { browserEnvironment, type Environment } from "../core/environment.js";
import type { FreshetError } from "../core/errors.js";
import { type Readable, Store } from "../core/store.js";
import type { Freshet, Opens } from "../shared/freshet.js";
import type { SendResult } from "../websocket/outbox.js";
import { shareSocket } from "../websocket/share-socket.js";
import type { SocketEvent, WebSocketClient } from "../websocket/websocket-client.js";
import { isRecord } from "../wire/json.js";
import { Members, nobody, type Presence } from "./members.js";

/** A chat message. */
export interface RoomMessage {
  readonly id: string;
  /** Of one's own that is on its way: undefined. */
  readonly userId: string | undefined;
  readonly userName: string | undefined;
  /** Milliseconds since 1970; of one's own that is on its way by the local clock. */
  readonly timestamp: number;
  /** As it was sent: `text`, and what else there is. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly state: "sending" | "sent" | "failed";
  /** Why it failed. */
  readonly error?: FreshetError;
}

export interface RoomState {
  readonly state: "joining" | "joined" | "refused";
  /** In the room's order, the newest so many; behind them one's own that the room has not told yet. */
  readonly messages: readonly RoomMessage[];
  /** Names of the others who are typing. */
  readonly typing: readonly string[];
  readonly presence: Presence;
  /** Messages are missing somewhere among these; why. */
  readonly gap?: string;
  /** Why it was refused. */
  readonly error?: FreshetError;
}

export interface RoomOptions {
  /** Messages that are kept. Default 200. */
  readonly maxMessages?: number;
}

export const emptyRoom: RoomState = { state: "joining", messages: [], typing: [], presence: nobody };

/** A client that stops typing says so, unless it is gone. */
const typingMs = 6000;
/** "Still typing" is said so often. */
const typingAgainMs = 3000;

/** `all` with a message in the place of the one of that id, else behind them. */
function put(all: readonly RoomMessage[], message: RoomMessage): readonly RoomMessage[] {
  const known = all.some(({ id }) => id === message.id);
  return known ? all.map((one) => (one.id === message.id ? message : one)) : [...all, message];
}

/** A chat room: its messages, one's own included as soon as they are sent; who is there and who types. */
export class Room implements Readable<RoomState>, Opens {
  readonly #store = new Store<RoomState>(emptyRoom);
  readonly getSnapshot = this.#store.getSnapshot;
  readonly subscribe = this.#store.subscribe;
  readonly #members = new Members();
  readonly #env: Environment;
  readonly #typing = new Map<string, { readonly name: string; readonly timer: unknown }>();
  readonly #maxMessages: number;
  #socket: WebSocketClient | undefined;
  #end: (() => void)[] = [];
  /** What the room told, in the order that all have. */
  #told: readonly RoomMessage[] = [];
  /** One's own until the room tells them. */
  #own: readonly RoomMessage[] = [];
  #saidTypingAt: number | undefined;

  constructor(
    readonly freshet: Freshet,
    readonly name: string,
    { maxMessages = 200 }: RoomOptions = {},
  ) {
    this.#env = freshet.options.environment ?? browserEnvironment;
    this.#maxMessages = maxMessages;
    this.#members.subscribe(() => this.#set({ presence: this.#members.getSnapshot() }));
  }

  open(): void {
    if (this.#socket) return;
    const { value: socket, release } = shareSocket(this.freshet);
    this.#socket = socket;
    const off = socket.on("*", (event) => this.#hear(event));
    this.#end = [off, socket.join(this.name), release];
  }

  close(): void {
    for (const end of this.#end) end();
    this.#end = [];
    this.#socket = undefined;
    for (const { timer } of this.#typing.values()) this.#env.clearTimeout(timer);
    this.#typing.clear();
  }

  /** Says something: a text, or a payload with a `text`. It is among the messages at once. */
  send(message: string | Record<string, unknown>): Promise<SendResult> {
    const payload = typeof message === "string" ? { text: message } : message;
    const id = this.#env.randomId();
    const own = { id, userId: this.#socket?.userId, userName: undefined, timestamp: this.#env.date() };
    this.#own = put(this.#own, { ...own, payload, state: "sending" });
    this.#show();
    this.#saidTypingAt = undefined;
    return this.#deliver(id, payload);
  }

  /** Sends a message that failed once more, under its id, so that it is never there twice. */
  retry(id: string): void {
    const failed = this.#own.find((message) => message.id === id && message.state === "failed");
    if (!failed) return;
    this.#own = put(this.#own, { ...failed, state: "sending" });
    this.#show();
    void this.#deliver(id, failed.payload);
  }

  /** Tells the others whether the user is typing; call it with each key. */
  setTyping(isTyping: boolean): void {
    const now = this.#env.now();
    const said = this.#saidTypingAt;
    if (isTyping ? said !== undefined && now - said < typingAgainMs : said === undefined) return;
    this.#saidTypingAt = isTyping ? now : undefined;
    this.#socket?.sendNow({ type: "room-message", room: this.name, payload: { isTyping } });
  }

  async #deliver(id: string, payload: Record<string, unknown>): Promise<SendResult> {
    const socket = this.#socket;
    const result: SendResult = socket
      ? await socket.sendToRoom(this.name, { ...payload, type: "chat-message" }, { id })
      : { ok: false, id, error: { kind: "closed", message: "The room is closed" } };
    const message = this.#own.find((one) => one.id === id);
    if (message) {
      const { ok } = result;
      this.#own = put(
        this.#own,
        ok ? { ...message, state: "sent" } : { ...message, state: "failed", error: result.error },
      );
      this.#show();
    }
    return result;
  }

  #hear({ type, payload, room }: SocketEvent): void {
    const about = isRecord(payload) ? payload : {};
    if (type === "gap" && about.channel === `room:${this.name}`) {
      // What was answered may be among what is missing: then the room tells it no more.
      this.#told = [...this.#told, ...this.#own.filter(({ state }) => state === "sent")];
      this.#own = this.#own.filter(({ state }) => state !== "sent");
      this.#set({ gap: String(about.reason) });
      this.#askWhoIsThere();
    }
    if ((room ?? about.room) !== this.name) return;
    if (type === "joined-room") {
      this.#set({ state: "joined", error: undefined });
      this.#askWhoIsThere();
    } else if (type === "refused") {
      this.#set({ state: "refused", error: about.error as FreshetError });
    } else if (type === "message-history") {
      for (const message of payload as readonly unknown[]) this.#message(message);
    } else if (type === "presence") {
      this.#members.set(about.users as [], Number(about.count));
    } else if (type === "chat-message") {
      this.#message(payload);
    } else if (type === "user-typing") {
      this.#types(String(about.userId), String(about.userName ?? about.userId), about.isTyping === true);
    } else {
      this.#members.change(type, payload);
      if (type === "user-left") this.#types(String(about.userId), "", false);
    }
  }

  #askWhoIsThere(): void {
    this.#socket?.sendNow({ type: "presence", payload: { room: this.name } });
  }

  #message(payload: unknown): void {
    if (!isRecord(payload) || typeof payload.id !== "string") return;
    const { id, userId, userName, timestamp } = payload;
    const text = (value: unknown) => (typeof value === "string" ? value : undefined);
    const message = { id, userId: text(userId), userName: text(userName), timestamp: Number(timestamp) || 0, payload };
    this.#told = put(this.#told, { ...message, state: "sent" }).slice(-this.#maxMessages);
    this.#own = this.#own.filter((own) => own.id !== id);
    this.#show();
    if (message.userId) this.#types(message.userId, "", false);
  }

  #show(): void {
    this.#set({ messages: [...this.#told, ...this.#own].slice(-this.#maxMessages) });
  }

  #types(userId: string, name: string, isTyping: boolean): void {
    const before = this.#typing.get(userId);
    if (!before && !isTyping) return;
    this.#env.clearTimeout(before?.timer);
    this.#typing.delete(userId);
    if (isTyping && this.#typing.size < 100) {
      const timer = this.#env.setTimeout(() => this.#types(userId, name, false), typingMs);
      this.#typing.set(userId, { name, timer });
    }
    this.#set({ typing: [...this.#typing.values()].map((one) => one.name) });
  }

  #set(change: Partial<RoomState>): void {
    this.#store.set({ ...this.getSnapshot(), ...change });
  }
}
