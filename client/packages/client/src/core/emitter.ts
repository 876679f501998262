import type { StreamEvent } from "./events.js";
import { safely } from "./store.js";

/** Calls listeners by the type of an event; `*` hears all. */
export class Emitter<E extends { readonly type: string } = StreamEvent> {
  readonly #listeners = new Map<string, Set<(event: E) => void>>();

  /** Returns what ends the listening; calling it twice does no harm. */
  on(type: string, listener: (event: never) => void): () => void {
    const entry = (event: E) => listener(event as never);
    const all = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, all.add(entry));
    return () => {
      all.delete(entry);
    };
  }

  /** To the listeners of its type alone. */
  hint(event: E, type = event.type): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) safely(() => listener(event));
  }

  /** To all. */
  emit(event: E): void {
    this.hint(event);
    this.hint(event, "*");
  }
}
