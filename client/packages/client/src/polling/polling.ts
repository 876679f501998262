import { type Attempt, Connection, type ConnectionOptions } from "../core/connection.js";
import type { Environment } from "../core/environment.js";

/** One round of polling: asks, and says in how many milliseconds to ask again. */
export type PollRound = (attempt: Attempt) => Promise<number>;

export interface PollingOptions extends Omit<ConnectionOptions, "connectTimeoutMs" | "heartbeatTimeoutMs"> {
  /** Nothing is asked for while the page is hidden, and at once when it is shown. Default true. */
  readonly pauseWhenHidden?: boolean;
}

/** A connection that asks again and again, one round at a time. */
export class Polling {
  readonly connection: Connection;
  readonly #env: Environment;
  #poke: (() => void) | undefined;

  /** What a round throws ends the attempt, and the next one is not before `intervalMs`. */
  constructor(env: Environment, options: PollingOptions, intervalMs: number, round: PollRound) {
    const { pauseWhenHidden = true } = options;
    this.#env = env;
    const always = { minUptimeMs: 0, ...options, connectTimeoutMs: 0, heartbeatTimeoutMs: 0 };
    this.connection = new Connection(env, always, async (attempt) => {
      const { signal } = attempt;
      while (!signal.aborted) {
        if (pauseWhenHidden && !env.isVisible()) {
          attempt.paused();
          await this.#wait(signal, undefined);
          continue;
        }
        const delayMs = await round(attempt);
        if (!signal.aborted && delayMs > 0) await this.#wait(signal, delayMs);
      }
    });
    this.connection.retryMs = intervalMs;
  }

  /** Ends the current wait. */
  poke(): void {
    this.#poke?.();
  }

  /** Waits for a time, or until the page becomes visible, the attempt ends or `poke` is called. */
  #wait(signal: AbortSignal, ms: number | undefined): Promise<void> {
    const env = this.#env;
    return new Promise((resolve) => {
      const done = () => {
        env.clearTimeout(timer);
        unwatch();
        signal.removeEventListener("abort", done);
        this.#poke = undefined;
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
      this.#poke = done;
    });
  }
}
