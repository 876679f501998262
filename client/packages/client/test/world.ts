import { vi } from "vitest";
import type { BroadcastChannelLike, Environment, EventSourceLike, LocksLike, WebSocketLike } from "../src/index.js";

/** One request as a test sees it. Answer it, or let it fail. */
export class FakeRequest {
  readonly url: URL;
  readonly headers: Headers;
  #settle!: { resolve: (response: Response) => void; reject: (error: unknown) => void };
  readonly answer: Promise<Response>;
  stream: FakeStream | undefined;

  constructor(
    url: string,
    readonly init: RequestInit,
  ) {
    this.url = new URL(url, "https://page.example");
    this.headers = new Headers(init.headers);
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    init.signal?.addEventListener("abort", () => {
      this.#settle.reject(new DOMException("Aborted", "AbortError"));
      this.stream?.abort();
    });
  }

  get path(): string {
    return this.url.pathname;
  }

  get isAborted(): boolean {
    return this.init.signal?.aborted ?? false;
  }

  get body(): unknown {
    return JSON.parse(String(this.init.body));
  }

  json(body: unknown, init: ResponseInit = {}): Promise<void> {
    const headers = new Headers(init.headers);
    if (!headers.has("Content-Type")) headers.set("Content-Type", "application/json");
    this.#settle.resolve(new Response(JSON.stringify(body), { ...init, headers }));
    return settle();
  }

  respond(body: string | null, init: ResponseInit): Promise<void> {
    this.#settle.resolve(new Response(body, init));
    return settle();
  }

  problem(status: number, headers: Record<string, string> = {}, type = "unavailable"): Promise<void> {
    const problem = { type: `https://freshet.dev/problems/${type}`, title: "T", status, detail: "D", instance: "/x" };
    return this.json(problem, { status, headers: { "Content-Type": "application/problem+json", ...headers } });
  }

  fail(): Promise<void> {
    this.#settle.reject(new TypeError("Failed to fetch"));
    return settle();
  }

  /** Answers with an event stream that the test writes to. */
  async openStream(): Promise<FakeStream> {
    this.stream = new FakeStream();
    this.#settle.resolve(new Response(this.stream.body, { headers: { "Content-Type": "text/event-stream" } }));
    await settle();
    return this.stream;
  }
}

/** The server's end of an event stream. */
export class FakeStream {
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      this.#controller = controller;
    },
    cancel: () => {
      this.#over = true;
    },
  });
  #over = false;

  write(text: string | Uint8Array): Promise<void> {
    // A server notices only later that nobody listens any more.
    if (!this.#over) this.#controller.enqueue(typeof text === "string" ? new TextEncoder().encode(text) : text);
    return settle();
  }

  send(event: string, data: unknown, id?: string, retry?: number): Promise<void> {
    const lines = [`event: ${event}`, `data: ${JSON.stringify(data)}`];
    if (id !== undefined) lines.unshift(`id: ${id}`);
    if (retry !== undefined) lines.unshift(`retry: ${retry}`);
    return this.write(`${lines.join("\n")}\n\n`);
  }

  init(id: string, { channels = ["user:ada"], resumed = false, retry = 0 } = {}): Promise<void> {
    const data = { connected: true, connectionId: "c1", channels, resumed };
    return this.send("init", data, id, retry || undefined);
  }

  end(): Promise<void> {
    if (!this.#over) this.#controller.close();
    this.#over = true;
    return settle();
  }

  abort(): void {
    if (!this.#over) this.#controller.error(new DOMException("Aborted", "AbortError"));
    this.#over = true;
  }
}

export class FakeSocket implements WebSocketLike {
  onmessage: WebSocketLike["onmessage"] = null;
  onclose: WebSocketLike["onclose"] = null;
  onerror: WebSocketLike["onerror"] = null;
  readonly sent: { type: string; id?: string; payload?: unknown; room?: string; echo?: boolean }[] = [];
  closed = false;

  constructor(readonly url: string) {}

  send(text: string): void {
    if (this.closed) throw new Error("sent on a closed socket");
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  receive(frame: unknown): Promise<void> {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
    return settle();
  }

  connected(cursor = "1-0~aaaa", userId = "ada"): Promise<void> {
    return this.receive({ type: "connected", payload: { userId, connectionId: "c1", cursor } });
  }

  end(code: number): Promise<void> {
    this.closed = true;
    this.onclose?.({ code, reason: "" });
    return settle();
  }

  /** What was sent of a type. */
  of(type: string) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

export class FakeEventSource implements EventSourceLike {
  readyState = 0;
  onerror: EventSourceLike["onerror"] = null;
  readonly #listeners = new Map<string, (event: { data: unknown; lastEventId: string }) => void>();

  constructor(
    readonly url: string,
    readonly init: { withCredentials: boolean },
  ) {}

  get types(): string[] {
    return [...this.#listeners.keys()];
  }

  addEventListener(type: string, listener: (event: { data: unknown; lastEventId: string }) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.readyState = 2;
  }

  receive(event: string, data: unknown, lastEventId = ""): Promise<void> {
    this.#listeners.get(event)?.({ data: JSON.stringify(data), lastEventId });
    return settle();
  }

  fail(): Promise<void> {
    this.onerror?.({});
    return settle();
  }
}

/** What tabs of one browser have in common: locks and broadcast channels. */
export class FakeBrowser {
  readonly #held = new Map<string, Promise<void>>();
  readonly #channels = new Set<FakeBroadcastChannel>();

  readonly locks: LocksLike = {
    request: async (name, { signal }, held) => {
      const before = this.#held.get(name) ?? Promise.resolve();
      let release!: () => void;
      this.#held.set(
        name,
        before.then(() => new Promise((resolve) => (release = resolve))),
      );
      await before;
      await Promise.resolve();
      try {
        if (signal.aborted) throw new DOMException("Aborted", "AbortError");
        await held();
      } finally {
        release();
      }
    },
  };

  channel(): new (name: string) => BroadcastChannelLike {
    const channels = this.#channels;
    return class extends FakeBroadcastChannel {
      constructor(name: string) {
        super(name, channels);
      }
    };
  }
}

class FakeBroadcastChannel implements BroadcastChannelLike {
  onmessage: BroadcastChannelLike["onmessage"] = null;

  constructor(
    readonly name: string,
    readonly all: Set<FakeBroadcastChannel>,
  ) {
    all.add(this);
  }

  postMessage(message: unknown): void {
    const copy = structuredClone(message);
    for (const other of this.all) {
      if (other !== this && other.name === this.name) {
        queueMicrotask(() => {
          if (this.all.has(other)) other.onmessage?.({ data: copy });
        });
      }
    }
  }

  close(): void {
    this.all.delete(this);
  }
}

/** Lets promises that are due go on; no time passes. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
  await vi.advanceTimersByTimeAsync(0);
}

/** Lets time pass. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

/**
 * A world without network or browser, for use with fake timers. `chance` is what `random` gives: 0.5 unless a test says
 * otherwise. Requests, sockets and streams are listed in the order in which they were opened.
 */
export class World implements Environment {
  chance = 0.5;
  online = true;
  visible = true;
  /** What the local clock is wrong by. */
  clockErrorMs = 0;
  readonly origin = "https://page.example";
  readonly requests: FakeRequest[] = [];
  readonly sockets: FakeSocket[] = [];
  readonly sources: FakeEventSource[] = [];
  readonly saved = new Map<string, string>();
  readonly watchers = new Set<() => void>();
  readonly timers = new Set<unknown>();
  locks: LocksLike | undefined;
  BroadcastChannel: (new (name: string) => BroadcastChannelLike) | undefined;
  storage: Environment["storage"] = {
    getItem: (key) => this.saved.get(key) ?? null,
    setItem: (key, value) => void this.saved.set(key, value),
  };
  #ids = 0;

  constructor(browser?: FakeBrowser) {
    this.locks = browser?.locks;
    this.BroadcastChannel = browser?.channel();
  }

  now = () => Date.now();
  date = () => Date.now() + this.clockErrorMs;
  random = () => this.chance;
  randomId = () => `id-${String(++this.#ids).padStart(16, "0")}`;
  isOnline = () => this.online;
  isVisible = () => this.visible;

  setTimeout = (run: () => void, ms: number) => {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      run();
    }, ms);
    this.timers.add(timer);
    return timer;
  };

  clearTimeout = (timer: unknown) => {
    this.timers.delete(timer);
    clearTimeout(timer as NodeJS.Timeout);
  };

  fetch = (url: string, init: RequestInit) => {
    const request = new FakeRequest(url, init);
    this.requests.push(request);
    return request.answer;
  };

  get WebSocket() {
    const { sockets } = this;
    return class extends FakeSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    };
  }

  get EventSource() {
    const { sources } = this;
    return class extends FakeEventSource {
      constructor(url: string, init: { withCredentials: boolean }) {
        super(url, init);
        sources.push(this);
      }
    };
  }

  watch = (listener: () => void) => {
    this.watchers.add(listener);
    return () => {
      this.watchers.delete(listener);
    };
  };

  /** Changes what the browser says about network and page, and tells. */
  turn(change: { online?: boolean; visible?: boolean }): Promise<void> {
    Object.assign(this, change);
    for (const watcher of [...this.watchers]) watcher();
    return settle();
  }

  /** The newest request. */
  get request(): FakeRequest {
    const request = this.requests.at(-1);
    if (!request) throw new Error("there was no request");
    return request;
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("there was no socket");
    return socket;
  }

  /** Answers the newest request, which must be for a ticket. */
  async giveTicket(ticket = `t${this.requests.length}`, serverTime = Date.now()): Promise<void> {
    if (this.request.path !== "/api/ws/ticket") throw new Error(`no request for a ticket: ${this.request.path}`);
    await this.request.json({ ticket, expiresAt: serverTime + 30_000, expiresIn: 30 });
  }

  /** True if nothing that was opened is still there. */
  get isQuiet(): boolean {
    return this.timers.size === 0 && this.watchers.size === 0 && this.sockets.every(({ closed }) => closed);
  }
}
