/** What the client needs of a `WebSocket`. */
export interface WebSocketLike {
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/** What the client needs of an `EventSource`. */
export interface EventSourceLike {
  readonly readyState: number;
  onerror: ((event: unknown) => void) | null;
  addEventListener(type: string, listener: (event: { data: unknown; lastEventId: string }) => void): void;
  close(): void;
}

/** What the client needs of a `BroadcastChannel`. */
export interface BroadcastChannelLike {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** What the client needs of `navigator.locks`. */
export interface LocksLike {
  request(name: string, options: { signal: AbortSignal }, held: () => Promise<void>): Promise<void>;
}

/**
 * Everything that the client takes from the world around it. Nothing else in this package touches a global, so a test
 * that gives its own is in control of time, chance and network.
 */
export interface Environment {
  /** Milliseconds since some moment; never goes back, whatever is done to the clock. */
  now(): number;
  /** Milliseconds since 1970 by the local clock. Shown to people, never compared with the server's. */
  date(): number;
  /** From 0 to below 1. */
  random(): number;
  /** At least 16 characters that nobody has drawn before. */
  randomId(): string;
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** The page's own origin (`https://app.example`), for addresses without one; empty where there is no page. */
  readonly origin: string;
  readonly WebSocket: (new (url: string) => WebSocketLike) | undefined;
  readonly EventSource: (new (url: string, init: { withCredentials: boolean }) => EventSourceLike) | undefined;
  readonly BroadcastChannel: (new (name: string) => BroadcastChannelLike) | undefined;
  readonly locks: LocksLike | undefined;
  /** `sessionStorage`; undefined where the browser denies it. Its methods may throw. */
  readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined;
  /** False only where the browser is sure that there is no network. */
  isOnline(): boolean;
  isVisible(): boolean;
  /** Calls back when `isOnline` or `isVisible` may have changed. Returns what ends that. */
  watch(listener: () => void): () => void;
}

const wakeEvents = ["online", "offline", "visibilitychange"] as const;

function storage(): Environment["storage"] {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

/** The browser's own environment, read at each use. Also works where there is no page (Node, workers). */
export const browserEnvironment: Environment = {
  now: () => performance.now(),
  date: () => Date.now(),
  random: () => Math.random(),
  randomId: () =>
    // Not `randomUUID`: pages on plain HTTP do not have it.
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
  setTimeout: (run, delayMs) => setTimeout(run, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as number),
  fetch: (url, init) => fetch(url, init),
  get origin() {
    return globalThis.location?.origin ?? "";
  },
  get WebSocket() {
    return globalThis.WebSocket as Environment["WebSocket"];
  },
  get EventSource() {
    return globalThis.EventSource as Environment["EventSource"];
  },
  get BroadcastChannel() {
    return globalThis.BroadcastChannel as Environment["BroadcastChannel"];
  },
  get locks() {
    return globalThis.navigator?.locks as LocksLike | undefined;
  },
  get storage() {
    return storage();
  },
  isOnline: () => globalThis.navigator?.onLine !== false,
  isVisible: () => globalThis.document?.visibilityState !== "hidden",
  watch(listener) {
    const controller = new AbortController();
    // The page's visibility bubbles up to here.
    for (const type of wakeEvents) globalThis.addEventListener?.(type, listener, { signal: controller.signal });
    return () => controller.abort();
  },
};
