import type { Environment } from "../core/environment.js";
import { type AccessOptions, accessOf } from "../sse/event-source-client.js";

export interface FreshetOptions extends AccessOptions {
  /**
   * Tells users apart: the user's id, or anything else that is another for another user. Connections are shared between
   * tabs only where it is given.
   */
  readonly identity?: string;
}

/** What is shared: a client, a room, a document. */
export interface Opens {
  open(): void;
  close(): void;
}

/** A claim on something shared. */
export interface Lease<T> {
  readonly value: T;
  /** Gives it back; calling it twice does no harm. */
  release(): void;
}

interface Entry {
  readonly value: Opens;
  holders: number;
  timer?: unknown;
}

/** How long something stays open when nobody holds it any more: a change of page must not cost a reconnect. */
const lingerMs = 1000;

/**
 * Where the server is and who the user is; and what several parts of a page share because of it: the first to ask for
 * something opens it, and soon after the last one gave it back it is closed. One per user and page.
 */
export class Freshet {
  readonly options: FreshetOptions;
  readonly #env: Environment;
  readonly #entries = new Map<string, Entry>();

  constructor(options: FreshetOptions = {}) {
    this.options = options;
    this.#env = accessOf(options).env;
  }

  /**
   * The one thing of this key, made by `create` and opened where it does not exist. Whoever uses a key must create the
   * same with it.
   */
  share<T extends Opens>(key: string, create: (options: FreshetOptions) => T): Lease<T> {
    const env = this.#env;
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { value: create(this.options), holders: 0 };
      this.#entries.set(key, entry);
      entry.value.open();
    }
    const shared = entry;
    shared.holders++;
    env.clearTimeout(shared.timer);
    let held = true;
    return {
      value: shared.value as T,
      release: () => {
        if (!held) return;
        held = false;
        if (--shared.holders > 0) return;
        shared.timer = env.setTimeout(() => {
          // After `close()` there may be another one under the key.
          if (this.#entries.get(key) === shared) this.#entries.delete(key);
          shared.value.close();
        }, lingerMs);
      },
    };
  }

  /** What is shared under a key now, if anything. */
  peek<T extends Opens>(key: string): T | undefined {
    return this.#entries.get(key)?.value as T | undefined;
  }

  /** Closes everything, at sign-out for instance. What still holds something finds it closed. */
  close(): void {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { value, timer } of entries) {
      this.#env.clearTimeout(timer);
      value.close();
    }
  }
}
