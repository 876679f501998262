import { type Readable, Store } from "../core/store.js";
import { isRecord } from "../wire/json.js";
import type { Member } from "../wire/types.js";

/** Who is present. */
export interface Presence {
  /** False until it was asked for, and while it is asked for again. */
  readonly known: boolean;
  /** User ids, in the order in which they came; at most 1,000. In crowds (500 and more) not up to date. */
  readonly users: readonly string[];
  /** All of them. */
  readonly count: number;
}

export const nobody: Presence = { known: false, users: [], count: 0 };
const mostUsers = 1000;

/** Applies joins and leaves to the answer to "who is there?", those that come while that is on its way included. */
export class Members implements Readable<Presence> {
  readonly #store = new Store<Presence>(nobody);
  readonly getSnapshot = this.#store.getSnapshot;
  readonly subscribe = this.#store.subscribe;
  #waiting: (() => void)[] | undefined;

  /** A change that was told. Applying one twice does no harm. */
  change(type: string, payload: unknown): void {
    const apply = () => this.#apply(type, payload);
    if (this.#waiting && this.#waiting.length < mostUsers) this.#waiting.push(apply);
    else apply();
  }

  /** The answer to a question that nothing could overtake. */
  set(users: readonly Member[], count: number): void {
    this.#store.set({ known: true, users: users.slice(0, mostUsers).map(({ userId }) => userId), count });
  }

  /** Asks, and applies the answer; false if that failed or was asked again meanwhile. */
  async load(ask: () => Promise<{ readonly users: readonly Member[]; readonly count: number }>): Promise<boolean> {
    const waiting: (() => void)[] = [];
    this.#waiting = waiting;
    try {
      const { users, count } = await ask();
      if (this.#waiting !== waiting) return false;
      this.set(users, count);
      return true;
    } catch {
      return false;
    } finally {
      if (this.#waiting === waiting) {
        this.#waiting = undefined;
        for (const apply of waiting) apply();
      }
    }
  }

  #apply(type: string, payload: unknown): void {
    if (!isRecord(payload)) return;
    const { known, users, count } = this.#store.getSnapshot();
    const { userId } = payload;
    if (type === "presence-changed") {
      this.#store.set({ known, users, count: Number(payload.count) });
    } else if (typeof userId === "string") {
      const joined = type === "user-joined";
      if (users.includes(userId) === joined) return;
      const next = joined ? [...users, userId].slice(-mostUsers) : users.filter((user) => user !== userId);
      this.#store.set({ known, users: next, count: Math.max(count + (joined ? 1 : -1), next.length) });
    }
  }
}

export const memberEvents = ["user-joined", "user-left", "presence-changed"] as const;
