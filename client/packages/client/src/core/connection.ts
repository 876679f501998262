import type { Environment } from "./environment.js";
import { type FreshetError, toError } from "./errors.js";
import { Store } from "./store.js";

/** How events come. */
export type Via = "sse" | "websocket" | "polling";

/**
 * Where a connection stands.
 *
 * - `idle`: not opened yet.
 * - `connecting`: `attempt` failures so far.
 * - `open`: events come. `resumed` is true if they go on from a cursor; where something is missing all the same a `gap`
 *   says so. `error` is about the last message that had to be left out, if any.
 * - `waiting`: the next attempt is at `retryAt` (local clock, milliseconds since 1970).
 * - `offline`: the browser says that there is no network; tried again when it is back, and now and then.
 * - `paused`: nothing is asked for while the page is hidden (polling).
 * - `failed`: trying again is no use, see `error.kind`. `open()` starts anew, after a sign-in for instance.
 * - `closed`: by the application.
 */
export type ConnectionStatus =
  | { readonly state: "idle" }
  | { readonly state: "connecting"; readonly attempt: number }
  | {
      readonly state: "open";
      readonly via: Via;
      readonly since: number;
      readonly resumed: boolean;
      readonly connectionId?: string;
      readonly error?: FreshetError;
    }
  | { readonly state: "waiting"; readonly attempt: number; readonly retryAt: number; readonly error: FreshetError }
  | { readonly state: "offline"; readonly error: FreshetError }
  | { readonly state: "paused" }
  | { readonly state: "failed"; readonly error: FreshetError }
  | { readonly state: "closed" };

export interface ConnectionOptions {
  /** The delay before retry n is drawn anew from 0 to this × 2ⁿ, in milliseconds. Default 1,000. */
  readonly baseDelayMs?: number;
  /** Bound of that range. Default 30,000. */
  readonly maxDelayMs?: number;
  /** How long a connection must have been open for the count of failures to begin anew. Default 5,000. */
  readonly minUptimeMs?: number;
  /** How long an attempt may take, its ticket included. Default 15,000; 0: for ever. */
  readonly connectTimeoutMs?: number;
  /** Without a sign of life (the server sends one each 25 s) for so long an open connection is given up. Default 60,000; 0: never. */
  readonly heartbeatTimeoutMs?: number;
}

/** One attempt, as the transport sees it. After its end every call does nothing. */
export interface Attempt {
  /** Aborted at the attempt's end, whoever ends it. */
  readonly signal: AbortSignal;
  /** The last token was refused: get a fresh one. */
  readonly renew: boolean;
  opened(via: Via, detail?: { resumed?: boolean; connectionId?: string }): void;
  /** Something came. */
  alive(): void;
  paused(): void;
  /** A message had to be left out. */
  note(error: FreshetError): void;
  /** It is over. The next attempt is not before `waitMs`. */
  ended(error: FreshetError, waitMs?: number): void;
}

const terminal = new Set(["forbidden", "rejected"]);

/**
 * Keeps one connection: when to dial, when to give up, what to say about it. What a connection is, `dial` knows. At any
 * time there is at most one attempt or one timer, and what belongs to an older attempt is not listened to.
 */
export class Connection {
  readonly status = new Store<ConnectionStatus>({ state: "idle" });
  /** The next attempt is not before so many milliseconds after `dial` failed. */
  retryMs = 0;
  readonly #env: Environment;
  readonly #options: ConnectionOptions;
  readonly #dialler: (attempt: Attempt) => void | Promise<void>;
  #attempt: AbortController | undefined;
  #timer: unknown;
  #unwatch: (() => void) | undefined;
  #failures = 0;
  #refusals = 0;
  #openedAt: number | undefined;
  #lastSignAt = 0;
  #notBefore = 0;

  constructor(env: Environment, options: ConnectionOptions, dial: (attempt: Attempt) => void | Promise<void>) {
    this.#env = env;
    this.#dialler = dial;
    this.#options = options;
  }

  /** Starts, or starts anew after `failed` or `closed`; else does nothing. */
  open(): void {
    if (this.#unwatch) return;
    this.#failures = this.#refusals = this.#notBefore = 0;
    this.#unwatch = this.#env.watch(() => this.#woken());
    this.#dial();
  }

  close(): void {
    this.#stop({ state: "closed" });
  }

  #stop(status: ConnectionStatus): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#drop();
    this.status.set(status);
  }

  #drop(): void {
    this.#env.clearTimeout(this.#timer);
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.abort();
  }

  #dial(): void {
    this.#drop();
    const controller = new AbortController();
    this.#attempt = controller;
    this.#openedAt = undefined;
    const live = () => this.#attempt === controller;
    const attempt: Attempt = {
      signal: controller.signal,
      renew: this.#refusals > 0,
      opened: (via, { resumed = false, connectionId } = {}) => {
        if (!live()) return;
        this.#openedAt = this.#env.now();
        this.#sign();
        this.status.set({ state: "open", via, since: this.#env.date(), resumed, connectionId });
      },
      alive: () => {
        if (live() && this.#openedAt !== undefined) this.#sign();
      },
      paused: () => {
        if (live()) this.status.set({ state: "paused" });
      },
      note: (error) => {
        const status = this.status.getSnapshot();
        if (live() && status.state === "open") this.status.set({ ...status, error });
      },
      ended: (error, waitMs) => {
        if (live()) this.#ended(error, waitMs);
      },
    };
    this.status.set({ state: "connecting", attempt: this.#failures });
    // A listener may have closed us.
    if (!live()) return;
    this.#guard(this.#options.connectTimeoutMs ?? 15_000);
    Promise.resolve()
      .then(() => (live() ? this.#dialler(attempt) : undefined))
      .catch((error) => attempt.ended(toError(error), this.retryMs));
  }

  #sign(): void {
    this.#lastSignAt = this.#env.now();
    this.#guard(this.#heartbeatTimeoutMs);
  }

  get #heartbeatTimeoutMs(): number {
    return this.#options.heartbeatTimeoutMs ?? 60_000;
  }

  #guard(ms: number): void {
    this.#env.clearTimeout(this.#timer);
    if (ms) this.#timer = this.#env.setTimeout(() => this.#silent(ms), ms);
  }

  #silent(ms: number): void {
    this.#ended({ kind: "timeout", message: `Nothing came for ${ms} ms` });
  }

  #ended(error: FreshetError, waitMs = 0): void {
    const env = this.#env;
    const { minUptimeMs = 5000, baseDelayMs = 1000, maxDelayMs = 30_000 } = this.#options;
    if (this.#openedAt !== undefined && env.now() - this.#openedAt >= minUptimeMs) this.#failures = this.#refusals = 0;
    if (terminal.has(error.kind) || (error.kind === "unauthenticated" && ++this.#refusals > 1)) {
      this.#stop({ state: "failed", error });
      return;
    }
    this.#drop();
    const floor = Math.max(waitMs, error.retryAfterMs ?? 0);
    this.#notBefore = env.now() + floor;
    const online = env.isOnline();
    // Drawn for each attempt: clients that were cut off together must not come back together.
    const delay = online
      ? floor + env.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** this.#failures)
      : Math.max(floor, maxDelayMs);
    this.#failures++;
    this.#timer = env.setTimeout(() => this.#dial(), delay);
    this.status.set(
      online
        ? { state: "waiting", attempt: this.#failures, retryAt: env.date() + delay, error }
        : { state: "offline", error },
    );
  }

  /** The network or the page came or went. */
  #woken(): void {
    const ms = this.#heartbeatTimeoutMs;
    const now = this.#env.now();
    if (!this.#env.isOnline()) {
      if (this.#attempt) this.#ended({ kind: "network", message: "The browser is offline" });
    } else if (!this.#attempt) {
      // Somebody looks, or the network is back: do not make them wait, unless the server asked for it.
      const back = this.#env.isVisible() || this.status.getSnapshot().state === "offline";
      if (back && now >= this.#notBefore) this.#dial();
    } else if (this.#openedAt !== undefined && ms && now - this.#lastSignAt >= ms) {
      // Timers of a page that slept are late.
      this.#silent(ms);
    }
  }
}
