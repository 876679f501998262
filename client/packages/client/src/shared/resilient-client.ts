import type { ConnectionStatus } from "../core/connection.js";
import { type CursorStore, memoryCursor } from "../core/cursor-store.js";
import { Emitter } from "../core/emitter.js";
import type { Environment } from "../core/environment.js";
import type { EventClient, EventMap, EventOf, EventType } from "../core/events.js";
import { Store } from "../core/store.js";
import { ChannelPoller, type ChannelPollerOptions } from "../polling/channel-poller.js";
import { accessOf, EventSourceClient, type EventSourceOptions } from "../sse/event-source-client.js";
import type { Cursor } from "../wire/types.js";
import { Seam } from "./seam.js";

export interface ResilientOptions extends EventSourceOptions {
  /** Failures of the stream in a row until polling takes over. Default 3. */
  readonly fallbackAfter?: number;
  /** While polling, the stream is tried again after so long, then after twice that, and so on. Default 30,000. */
  readonly returnAfterMs?: number;
  /** Bound of that. Default 600,000. */
  readonly maxReturnAfterMs?: number;
  /** How polling is done. */
  readonly polling?: Pick<ChannelPollerOptions, "intervalMs" | "waitS" | "pauseWhenHidden">;
}

/**
 * Events of channels over SSE, and by polling where streams do not get through. Nothing is missed at a change of the
 * way: polling goes on from the stream's cursor; and a stream that works again is joined to where polling has got.
 */
export class ResilientClient<E extends EventMap = EventMap> implements EventClient<E> {
  readonly #status = new Store<ConnectionStatus>({ state: "idle" });
  readonly status = this.#status;
  readonly #options: ResilientOptions;
  readonly #env: Environment;
  readonly #store: CursorStore;
  readonly #emitter = new Emitter();
  /** The stream or the poller that counts; present while open. */
  #current: EventClient | undefined;
  /** Ends an attempt to return, or the wait for one. */
  #endReturn: (() => void) | undefined;
  #returns = 0;

  constructor(options: ResilientOptions) {
    this.#options = options;
    this.#env = accessOf(options).env;
    this.#store = options.cursorStore ?? memoryCursor();
  }

  /** The stream's, and while polling one channel that of polling. Of several channels polling has none in common. */
  get cursor(): Cursor | undefined {
    return this.#store.load();
  }

  on<T extends EventType<E>>(type: T, listener: (event: EventOf<E, T>) => void): () => void {
    return this.#emitter.on(type, listener);
  }

  open(): void {
    if (this.#current && this.#status.getSnapshot().state !== "failed") return;
    this.#end();
    this.#returns = 0;
    const stream = new EventSourceClient({ ...this.#options, cursorStore: this.#store });
    stream.on("*", (event) => this.#emitter.deliver(event));
    this.#follow(stream);
    stream.open();
  }

  close(): void {
    this.#end();
    this.#status.set({ state: "closed" });
  }

  #end(): void {
    const current = this.#current;
    this.#current = undefined;
    this.#endReturn?.();
    current?.close();
  }

  /** Makes a stream the one that counts, until it fails too often. */
  #follow(stream: EventSourceClient): void {
    this.#current = stream;
    const { fallbackAfter = 3 } = this.#options;
    stream.on("heartbeat", (event) => this.#emitter.hint(event));
    stream.status.subscribe(() => {
      if (stream !== this.#current) return;
      const status = stream.status.getSnapshot();
      if (status.state === "waiting" && status.attempt >= fallbackAfter) this.#fallBack(stream);
      else this.#status.set(status);
    });
  }

  #fallBack(stream: EventSourceClient): void {
    this.#current = undefined;
    stream.close();
    const { polling } = this.#options;
    const poller = new ChannelPoller({ ...this.#options, ...polling, cursorStore: this.#store });
    this.#current = poller;
    poller.on("*", (event) => this.#emitter.deliver(event));
    poller.status.subscribe(() => {
      const status = poller.status.getSnapshot();
      // Closed, it reads on until the stream has been joined to it: nothing to tell anybody.
      if (poller !== this.#current || status.state === "closed") return;
      if (status.state === "failed") this.#endReturn?.();
      this.#status.set(status);
    });
    this.#planReturn(poller);
    poller.open();
  }

  #planReturn(poller: ChannelPoller): void {
    const { returnAfterMs = 30_000, maxReturnAfterMs = 600_000 } = this.#options;
    const range = Math.min(maxReturnAfterMs, returnAfterMs * 2 ** this.#returns++);
    const timer = this.#env.setTimeout(() => this.#return(poller), range * (0.5 + this.#env.random() / 2));
    this.#endReturn = () => this.#env.clearTimeout(timer);
  }

  #return(poller: ChannelPoller): void {
    // Until the two are joined, what counts is how far polling has got.
    let joined = false;
    const save = (cursor: Cursor | undefined) => {
      if (joined && cursor !== undefined) this.#store.save(cursor);
    };
    const cursorStore: CursorStore = { load: () => undefined, save };
    const stream = new EventSourceClient({ ...this.#options, last: 0, cursorStore });
    const seam = new Seam((event) => this.#emitter.deliver(event));
    const controller = new AbortController();
    const { signal } = controller;
    const stop = () => {
      controller.abort();
      stream.close();
    };
    const abandon = () => {
      stop();
      this.#planReturn(poller);
      poller.open();
    };
    const join = async () => {
      // Not both at once. Its places stay.
      poller.close();
      joined = await seam.close(poller.log, signal);
      if (signal.aborted) return;
      if (!joined) return abandon();
      this.#endReturn = undefined;
      this.#returns = 0;
      save(stream.cursor);
      unsubscribe();
      this.#follow(stream);
      this.#status.set(stream.status.getSnapshot());
    };
    let joining = false;
    const unsubscribe = stream.status.subscribe(() => {
      const { state } = stream.status.getSnapshot();
      if (signal.aborted || state === "connecting") return;
      if (state !== "open") abandon();
      else if (!joining) {
        joining = true;
        void join();
      }
    });
    this.#endReturn = stop;
    stream.on("*", (event) => seam.live(event));
    stream.open();
  }
}
