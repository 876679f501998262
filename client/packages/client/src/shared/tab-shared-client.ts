import type { ConnectionStatus } from "../core/connection.js";
import { type CursorStore, memoryCursor } from "../core/cursor-store.js";
import { Emitter } from "../core/emitter.js";
import type { BroadcastChannelLike } from "../core/environment.js";
import type { EventClient, EventMap, EventOf, EventType, StreamEvent } from "../core/events.js";
import { Store } from "../core/store.js";
import { ChannelLog } from "../polling/channel-log.js";
import { accessOf, type ChannelOptions } from "../sse/event-source-client.js";
import { fits, isCursor } from "../wire/decode.js";
import { isRecord } from "../wire/json.js";
import type { Cursor } from "../wire/types.js";
import { Seam } from "./seam.js";

/** What tabs say to each other. */
type Word =
  /** A tab came: what is the state? */
  | { readonly say: "hello" }
  /** Somebody wants a connection that has failed to be tried again. */
  | { readonly say: "again" }
  | { readonly say: "state"; readonly status: ConnectionStatus; readonly cursor: Cursor | undefined }
  | { readonly say: "event"; readonly event: StreamEvent };

/** Any page of the origin may say anything on our channel. */
function isWord(data: unknown): data is Word {
  if (!isRecord(data)) return false;
  const { say, event, status } = data;
  if (say === "event") return fits("type:string", event);
  return say !== "state" || fits("state:string", status);
}

export interface TabSharedOptions extends ChannelOptions {
  /**
   * Names the connection: tabs of one origin that give the same one share it. It must tell users apart (the user's id
   * belongs into it), and what is followed.
   */
  readonly name: string;
  /** Makes the client that the leading tab runs: an `EventSourceClient` or `ResilientClient` with this cursor store. */
  readonly create: (options: ChannelOptions) => EventClient;
}

/**
 * One connection for all tabs of a browser: one of them, the leader, holds it and tells the others what comes. When it
 * is closed or crashes another one goes on from the place it had reached. Without Web Locks or BroadcastChannel (on
 * plain HTTP, or in an old browser) each tab has its own.
 */
export class TabSharedClient<E extends EventMap = EventMap> implements EventClient<E> {
  readonly #status = new Store<ConnectionStatus>({ state: "idle" });
  readonly status = this.#status;
  readonly #options: TabSharedOptions;
  readonly #store: CursorStore;
  readonly #emitter = new Emitter();
  /** Present while open. */
  #session: AbortController | undefined;
  #channel: BroadcastChannelLike | undefined;
  #leading: EventClient | undefined;
  /** Present while a tab that wants older events, from its place before a reload or the newest, has not got them. */
  #seam: Seam | undefined;
  #catchingUp: AbortController | undefined;

  constructor(options: TabSharedOptions) {
    this.#options = options;
    this.#store = options.cursorStore ?? memoryCursor();
  }

  get cursor(): Cursor | undefined {
    return this.#store.load();
  }

  /** True in the tab that holds the connection. */
  get isLeader(): boolean {
    return this.#leading !== undefined;
  }

  on<T extends EventType<E>>(type: T, listener: (event: EventOf<E, T>) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  open(): void {
    if (this.#session) {
      if (this.#leading) this.#leading.open();
      else this.#say({ say: "again" });
      return;
    }
    const { name } = this.#options;
    const { locks, BroadcastChannel } = accessOf(this.#options).env;
    const session = new AbortController();
    this.#session = session;
    this.#status.set({ state: "connecting", attempt: 0 });
    if (session.signal.aborted) return;
    if (!locks || !BroadcastChannel) {
      this.#lead();
      return;
    }
    const channel = new BroadcastChannel(`freshet:${name}`);
    this.#channel = channel;
    channel.onmessage = ({ data }) => {
      if (!session.signal.aborted && isWord(data)) this.#hear(data, session.signal);
    };
    const ended = new Promise<void>((resolve) => session.signal.addEventListener("abort", () => resolve()));
    locks
      .request(`freshet:${name}`, { signal: session.signal }, async () => {
        if (session.signal.aborted) return;
        this.#lead();
        await ended;
      })
      .catch(() => {
        // Aborted while it waited. A browser that refuses the lock altogether gets a connection for this tab.
        if (!session.signal.aborted && !this.#leading) this.#lead();
      });
    if (this.cursor !== undefined || this.#options.last) {
      this.#seam = new Seam((event) => this.#take(event));
    }
    this.#say({ say: "hello" });
  }

  close(): void {
    const [session, leading] = [this.#session, this.#leading];
    this.#session = this.#leading = undefined;
    this.#dropSeam();
    leading?.close();
    // Behind it: the lock goes only when the connection is gone.
    session?.abort();
    this.#channel?.close();
    this.#channel = undefined;
    this.#status.set({ state: "closed" });
  }

  #lead(): void {
    // The server is asked from our own place, so there is nobody to catch up with.
    this.#dropSeam();
    const leading = this.#options.create({ ...this.#options, cursorStore: this.#store });
    this.#leading = leading;
    leading.status.subscribe(() => {
      if (leading !== this.#leading) return;
      this.#status.set(leading.status.getSnapshot());
      this.#tell();
    });
    leading.on("*", (event) => {
      if (leading !== this.#leading) return;
      this.#say({ say: "event", event });
      this.#emitter.deliver(event);
    });
    leading.on("heartbeat", () => this.#tell());
    leading.open();
  }

  /** Tells the others how the connection that this tab holds stands. */
  #tell(): void {
    const leading = this.#leading;
    if (leading) this.#say({ say: "state", status: this.#status.getSnapshot(), cursor: leading.cursor });
  }

  #hear(word: Word, signal: AbortSignal): void {
    if (this.#leading) {
      if (word.say === "hello") this.#tell();
      if (word.say === "again") this.#leading.open();
    } else if (word.say === "state") {
      if (!this.#seam) this.#save(word.cursor);
      // While the leader cannot reach the server, neither can we, and nothing is missed by waiting.
      else if (!this.#catchingUp && /open|paused/.test(word.status.state)) this.#catchUp(this.#seam, signal);
      this.#status.set(word.status);
    } else if (word.say === "event") {
      if (this.#seam) this.#seam.live(word.event);
      else this.#take(word.event);
    }
  }

  /** What the leader got before we came, we ask the server for; what it gets meanwhile waits. */
  #catchUp(seam: Seam, session: AbortSignal): void {
    const deliver = (event: StreamEvent) => this.#emitter.deliver(event);
    const log = new ChannelLog(this.#options, this.cursor, deliver);
    const controller = new AbortController();
    this.#catchingUp = controller;
    void seam.close(log, controller.signal).then((joined) => {
      if (controller.signal.aborted) return;
      this.#dropSeam();
      if (joined) return;
      for (const channel of this.#options.channels)
        deliver({ type: "gap", payload: { channel, reason: "lagging" }, channel });
      seam.open(session);
    });
  }

  #dropSeam(): void {
    this.#catchingUp?.abort();
    this.#catchingUp = this.#seam = undefined;
  }

  /** An event that the leader has told. */
  #take(event: StreamEvent): void {
    this.#emitter.deliver(event);
    this.#save(event.cursor);
  }

  #save(cursor: Cursor | undefined): void {
    if (isCursor(cursor)) this.#store.save(cursor);
  }

  #say(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
