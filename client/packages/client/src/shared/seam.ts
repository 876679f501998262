import type { StreamEvent } from "../core/events.js";
import type { ChannelLog } from "../polling/channel-log.js";

/** Live events that wait while what came before them is read. */
const mostWaiting = 1000;

/**
 * Joins a live stream to an older place: the stream runs already, and before its first event is delivered the log is
 * read up to where it has begun. The overlap is dropped by id, which is for `deliver` to do.
 */
export class Seam {
  #waiting: StreamEvent[] | undefined = [];
  #overflown = false;
  readonly #deliver: (event: StreamEvent) => void;

  constructor(deliver: (event: StreamEvent) => void) {
    this.#deliver = deliver;
  }

  /** An event of the live stream. */
  live(event: StreamEvent): void {
    if (!this.#waiting) this.#deliver(event);
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(event);
    else this.#overflown = true;
  }

  /**
   * Reads the log, which delivers by itself, then lets the stream through. False if that failed: what was read has been
   * delivered, the live stream has not been, and goes on waiting.
   */
  async close(log: ChannelLog, signal: AbortSignal): Promise<boolean> {
    try {
      await log.read({ signal });
    } catch {
      return false;
    }
    if (signal.aborted || this.#overflown) return false;
    this.open(signal);
    return true;
  }

  /** Lets the stream through, whatever is missing before it. A listener may end it all meanwhile. */
  open(signal: AbortSignal): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const event of waiting) if (!signal.aborted) this.#deliver(event);
  }
}
