import type { Attempt } from "../core/connection.js";
import type { Environment } from "../core/environment.js";

/** One round of polling: asks, and says in how many milliseconds to ask again. */
export type PollRound = (attempt: Attempt) => Promise<number>;

/** Waits for a time, or until the page becomes visible, the attempt ends or `poke` is called. */
export class PollCycle {
  #poke: (() => void) | undefined;
  readonly #env: Environment;
  readonly #pauseWhenHidden: boolean;

  constructor(env: Environment, pauseWhenHidden: boolean) {
    this.#env = env;
    this.#pauseWhenHidden = pauseWhenHidden;
  }

  /** Polls for as long as the attempt lasts, one round at a time. What a round throws ends it. */
  async run(attempt: Attempt, round: PollRound): Promise<void> {
    const { signal } = attempt;
    while (!signal.aborted) {
      if (this.#pauseWhenHidden && !this.#env.isVisible()) {
        attempt.paused();
        await this.#wait(signal, undefined);
        continue;
      }
      const delayMs = await round(attempt);
      if (!signal.aborted && delayMs > 0) await this.#wait(signal, delayMs);
    }
  }

  /** Ends the current wait. */
  poke(): void {
    this.#poke?.();
  }

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
