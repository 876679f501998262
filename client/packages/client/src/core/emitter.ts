import type { StreamEvent } from "./events.js";
import { Listeners } from "./store.js";

/** So many ids are remembered. */
const mostSeen = 2000;

/** Calls listeners by the type of an event; `*` hears all. */
export class Emitter<E extends Pick<StreamEvent, "type" | "id"> = StreamEvent> {
  readonly #listeners = new Map<string, Listeners<E>>();
  /** Of the newest events, so that none is delivered twice after a reconnect or a change of the way. */
  readonly #seen = new Set<string>();

  /** Returns what ends the listening; calling it twice does no harm. */
  on(type: string, listener: (event: never) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Listeners();
    this.#listeners.set(type, listeners);
    return listeners.add(listener as (event: E) => void);
  }

  /** To the listeners of its type alone. */
  hint(event: E, type = event.type): void {
    this.#listeners.get(type)?.call(event);
  }

  /** To all. */
  emit(event: E): void {
    this.hint(event);
    this.hint(event, "*");
  }

  /** To all, unless it was delivered before: without an id there is no telling, and a gap's may be an event's, too. */
  deliver(event: E): void {
    const { type, id } = event;
    if (type !== "gap" && id !== undefined) {
      if (this.#seen.has(id)) return;
      this.#seen.add(id);
      if (this.#seen.size > mostSeen) this.#seen.delete(this.#seen.values().next().value as string);
    }
    this.emit(event);
  }
}
