/** A value that changes, in the shape that `useSyncExternalStore` and other frameworks' adapters take. */
export interface Readable<T> {
  /** The same reference until the value changes. */
  readonly getSnapshot: () => T;
  /** Calls back after each change. Returns what ends that; calling it twice does no harm. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** Runs what the application gave us. What it throws reaches the page's error handler, never our own code. */
export function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Functions that are called. */
export class Listeners<E = void> {
  readonly #all = new Set<(event: E) => void>();

  /** Returns what ends it; calling that twice does no harm. */
  add(listener: (event: E) => void): () => void {
    // A function of its own, so that a listener that is added twice is called twice and ends each by itself.
    const entry = (event: E) => listener(event);
    this.#all.add(entry);
    return () => {
      this.#all.delete(entry);
    };
  }

  call(event: E): void {
    for (const listener of [...this.#all]) safely(() => listener(event));
  }
}

/** A `Readable` with a setter. */
export class Store<T> implements Readable<T> {
  #value: T;
  readonly #listeners = new Listeners();

  constructor(value: T) {
    this.#value = value;
  }

  readonly getSnapshot = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#listeners.call();
  }
}
