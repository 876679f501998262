import type { Environment } from "./environment.js";
import { type FreshetError, toError } from "./errors.js";
import { type Readable, Store } from "./store.js";

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
  /**
   * Without a sign of life for so long an open connection is given up. Default 60,000, two heartbeats of the server (25 s
   * each) and some; 0: never.
   */
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

export interface Connection {
  readonly status: Readable<ConnectionStatus>;
  /** Starts, or starts anew after `failed` or `closed`; else does nothing. */
  open(): void;
  close(): void;
}

/**
 * Keeps one connection: when to dial, when to give up, what to say about it. What a connection is, `dial` knows; after
 * its failure the next attempt is not before `retryMs`. At any time there is at most one attempt or one timer, and what
 * belongs to an older attempt is not listened to.
 */
export function connection(
  env: Environment,
  options: ConnectionOptions,
  dial: (attempt: Attempt) => void | Promise<void>,
  retryMs: () => number = () => 0,
): Connection {
  const { baseDelayMs = 1000, maxDelayMs = 30_000, minUptimeMs = 5000 } = options;
  const { connectTimeoutMs = 15_000, heartbeatTimeoutMs = 60_000 } = options;
  const status = new Store<ConnectionStatus>({ state: "idle" });
  let current: AbortController | undefined;
  let timer: unknown;
  let unwatch: (() => void) | undefined;
  let failures = 0;
  let refusals = 0;
  let openedAt: number | undefined;
  let lastSignAt = 0;
  let notBefore = 0;

  function stop(last: ConnectionStatus): void {
    unwatch?.();
    unwatch = undefined;
    drop();
    status.set(last);
  }

  function drop(): void {
    env.clearTimeout(timer);
    const attempt = current;
    current = undefined;
    attempt?.abort();
  }

  function begin(): void {
    drop();
    const controller = new AbortController();
    current = controller;
    openedAt = undefined;
    const live = () => current === controller;
    const attempt: Attempt = {
      signal: controller.signal,
      renew: refusals > 0,
      opened: (via, detail) => {
        if (!live()) return;
        openedAt = env.now();
        sign();
        status.set({ state: "open", via, since: env.date(), resumed: false, ...detail });
      },
      alive: () => {
        if (live() && openedAt !== undefined) sign();
      },
      paused: () => {
        if (live()) status.set({ state: "paused" });
      },
      note: (error) => {
        const now = status.getSnapshot();
        if (live() && now.state === "open") status.set({ ...now, error });
      },
      ended: (error, waitMs) => {
        if (live()) end(error, waitMs);
      },
    };
    status.set({ state: "connecting", attempt: failures });
    // A listener may have closed us.
    if (!live()) return;
    guard(connectTimeoutMs);
    Promise.resolve()
      .then(() => (live() ? dial(attempt) : undefined))
      .catch((error) => attempt.ended(toError(error), retryMs()));
  }

  function sign(): void {
    lastSignAt = env.now();
    guard(heartbeatTimeoutMs);
  }

  function guard(ms: number): void {
    env.clearTimeout(timer);
    if (ms) timer = env.setTimeout(() => endSilent(ms), ms);
  }

  function endSilent(ms: number): void {
    end({ kind: "timeout", message: `Nothing came for ${ms} ms` });
  }

  function end(error: FreshetError, waitMs = 0): void {
    if (openedAt !== undefined && env.now() - openedAt >= minUptimeMs) failures = refusals = 0;
    if (terminal.has(error.kind) || (error.kind === "unauthenticated" && ++refusals > 1)) {
      stop({ state: "failed", error });
      return;
    }
    drop();
    const floor = Math.max(waitMs, error.retryAfterMs ?? 0);
    notBefore = env.now() + floor;
    const online = env.isOnline();
    // Drawn for each attempt: clients that were cut off together must not come back together.
    const delay = online
      ? floor + env.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** failures)
      : Math.max(floor, maxDelayMs);
    failures++;
    timer = env.setTimeout(begin, delay);
    status.set(
      online
        ? { state: "waiting", attempt: failures, retryAt: env.date() + delay, error }
        : { state: "offline", error },
    );
  }

  /** The network or the page came or went. */
  function woken(): void {
    const now = env.now();
    if (!env.isOnline()) {
      if (current) end({ kind: "network", message: "The browser is offline" });
    } else if (!current) {
      // Somebody looks, or the network is back: do not make them wait, unless the server asked for it.
      const back = env.isVisible() || status.getSnapshot().state === "offline";
      if (back && now >= notBefore) begin();
    } else if (openedAt !== undefined && heartbeatTimeoutMs && now - lastSignAt >= heartbeatTimeoutMs) {
      // Timers of a page that slept are late.
      endSilent(heartbeatTimeoutMs);
    }
  }

  return {
    status,
    open() {
      if (unwatch) return;
      failures = refusals = notBefore = 0;
      unwatch = env.watch(woken);
      begin();
    },
    close() {
      stop({ state: "closed" });
    },
  };
}
