import type { ClientMessage } from "../wire/messages.js";
import type { Cursor } from "../wire/types.js";

/** A room that is joined, or a channel that is subscribed to. */
export interface Followed {
  readonly kind: "room" | "channel";
  readonly name: string;
  /** Callers that want it. */
  count: number;
  /** Where to go on from; undefined: with the room's history, or what is new. */
  after: Cursor | undefined;
}

/** A room's key is the name of its channel. */
const keyOf = (kind: Followed["kind"], name: string) => `${kind}:${name}`;

/** What a connection follows, and from where; outlives connections. */
export class FollowedSet {
  readonly #all = new Map<string, Followed>();

  get(kind: Followed["kind"], name: string): Followed | undefined {
    return this.#all.get(keyOf(kind, name));
  }

  add(kind: Followed["kind"], name: string, after: Cursor | undefined): Followed {
    const followed = this.get(kind, name) ?? { kind, name, count: 0, after };
    followed.count++;
    this.#all.set(keyOf(kind, name), followed);
    return followed;
  }

  /** True if that was the last caller who wanted it. */
  release(followed: Followed): boolean {
    return --followed.count === 0 && this.remove(followed);
  }

  /** False if it is not there; another one of that name stays. */
  remove(followed: Followed): boolean {
    const { kind, name } = followed;
    return this.get(kind, name) === followed && this.#all.delete(keyOf(kind, name));
  }

  forget(kind: Followed["kind"], name: string): void {
    this.#all.delete(keyOf(kind, name));
  }

  /** So that there is a place to come back to, even if nothing comes. */
  began(kind: Followed["kind"], name: string, after: Cursor | undefined): void {
    const followed = this.get(kind, name);
    if (followed) followed.after ??= after;
  }

  values(): Followed[] {
    return [...this.#all.values()];
  }

  /** Moves the place of a channel, and of the room it is. */
  moved(channel: string, after: Cursor): void {
    for (const key of [channel, keyOf("channel", channel)]) {
      const followed = this.#all.get(key);
      if (followed) followed.after = after;
    }
  }
}

const words = { room: ["join-room", "leave-room"], channel: ["subscribe", "unsubscribe"] } as const;

export function follow({ kind, name, after }: Followed, id: string): ClientMessage {
  return { type: words[kind][0], payload: { [kind]: name, after }, id };
}

export function unfollow({ kind, name }: Followed): ClientMessage {
  return { type: words[kind][1], payload: { [kind]: name } };
}
