import { type Access, type Ticket, takeTicket } from "../core/access.js";
import type { Environment } from "../core/environment.js";
import type { ClientMessage } from "../wire/messages.js";

/** Whoever leaves a channel that nobody follows is answered, and nothing else happens: a sign of life. */
export const probe = "broadcast:freshet-client-probe";
const soonestRefreshMs = 30_000;

export interface KeepAliveOptions {
  /**
   * How often the connection is extended with a fresh ticket while it is not known when the token ends. Default 240,000.
   * It is known from the first answer on, and from the start where `auth.token` gives a JWT; then it is done after four
   * fifths of the time that is left. 0: never, the connection then ends with its token and comes back.
   */
  readonly refreshIntervalMs?: number;
  /** Of a quiet connection so often a sign of life is asked for. Default 25,000; 0: never. */
  readonly probeIntervalMs?: number;
}

/** Runs once after a time, unless `signal` is aborted by then. Returns what prevents it. */
export function later(env: Environment, signal: AbortSignal, ms: number, run: () => void): () => void {
  const end = () => {
    env.clearTimeout(timer);
    signal.removeEventListener("abort", end);
  };
  const timer = env.setTimeout(() => {
    end();
    run();
  }, ms);
  signal.addEventListener("abort", end);
  return end;
}

/**
 * Asks an open connection for signs of life, and extends it before its token ends. Returns what is to be called with
 * the new end, by the server's clock, when the server has extended it.
 */
export function keepAlive(
  access: Access,
  { probeIntervalMs = 25_000, refreshIntervalMs = 240_000 }: KeepAliveOptions,
  { clockAheadMs, tokenExpiresAt }: Ticket,
  signal: AbortSignal,
  send: (message: ClientMessage) => void,
): (expiresAt: number) => void {
  const { env } = access;
  let endRefresh: (() => void) | undefined;

  function ask(): void {
    later(env, signal, probeIntervalMs, () => {
      send({ type: "unsubscribe", payload: { channel: probe } });
      ask();
    });
  }

  /** This machine's clock may be wrong; by how much, the ticket told. */
  function refreshBefore(expiresAt: number): void {
    const left = expiresAt - env.date() - clockAheadMs;
    refreshIn(Math.min(Math.max(left * 0.8, soonestRefreshMs), 2 ** 31 - 1));
  }

  function refreshIn(ms: number): void {
    endRefresh?.();
    endRefresh = later(env, signal, ms, refresh);
  }

  async function refresh(): Promise<void> {
    // Until the answer (`refreshed`) says when the next is due, and after any failure: soon again.
    refreshIn(soonestRefreshMs);
    const taken = await takeTicket(access, { signal, renew: true }).catch(() => undefined);
    if (taken && !signal.aborted) send({ type: "refresh", payload: { ticket: taken.ticket } });
  }

  if (probeIntervalMs) ask();
  if (refreshIntervalMs) {
    if (tokenExpiresAt) refreshBefore(tokenExpiresAt);
    else refreshIn(refreshIntervalMs);
  }
  return refreshBefore;
}
