import { type Attempt, type Connection, type ConnectionOptions, connection } from "../core/connection.js";
import type { Environment } from "../core/environment.js";

/** One round of polling: asks, and says in how many milliseconds to ask again. */
export type PollRound = (attempt: Attempt) => Promise<number>;

export interface PollingOptions extends Omit<ConnectionOptions, "connectTimeoutMs" | "heartbeatTimeoutMs"> {
  /** Nothing is asked for while the page is hidden, and at once when it is shown. Default true. */
  readonly pauseWhenHidden?: boolean;
}

export interface Polling extends Connection {
  /** Ends the current wait. */
  poke(): void;
}

/** A connection that asks again and again, one round at a time; after one that throws, not before `intervalMs`. */
export function polling(env: Environment, options: PollingOptions, intervalMs: number, round: PollRound): Polling {
  const { pauseWhenHidden = true } = options;
  let poke: (() => void) | undefined;

  /** Waits for a time, or until the page becomes visible, the attempt ends or `poke` is called. */
  function wait(signal: AbortSignal, ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        env.clearTimeout(timer);
        unwatch();
        signal.removeEventListener("abort", done);
        poke = undefined;
        resolve();
      };
      const timer = ms === undefined ? undefined : env.setTimeout(done, ms);
      let visible = env.isVisible();
      const unwatch = env.watch(() => {
        const was = visible;
        visible = env.isVisible();
        if (visible && !was) done();
      });
      signal.addEventListener("abort", done);
      poke = done;
    });
  }

  async function run(attempt: Attempt): Promise<void> {
    const { signal } = attempt;
    while (!signal.aborted) {
      if (pauseWhenHidden && !env.isVisible()) {
        attempt.paused();
        await wait(signal);
        continue;
      }
      const delayMs = await round(attempt);
      if (!signal.aborted && delayMs > 0) await wait(signal, delayMs);
    }
  }

  const always = { minUptimeMs: 0, ...options, connectTimeoutMs: 0, heartbeatTimeoutMs: 0 };
  return { ...connection(env, always, run, () => intervalMs), poke: () => poke?.() };
}
