import { Signal } from "../logic/signal";

export interface WireEntry {
  readonly id: number;
  /** Milliseconds since 1970, of the newest time. */
  readonly at: number;
  /** `GET /api/events`, without queries: tickets travel there. */
  readonly what: string;
  readonly outcome: string;
  readonly good: boolean;
  /** How often in a row. */
  readonly times: number;
}

const most = 60;
let ids = 0;

/** What went over the wire, newest first. The same again counts up rather than filling the list. */
export class WireLog extends Signal<readonly WireEntry[]> {
  constructor() {
    super([]);
  }

  add(what: string, outcome: string, good: boolean): void {
    this.update((entries) => {
      const same = entries.slice(0, 6).find((entry) => entry.what === what && entry.outcome === outcome);
      const rest = same ? entries.filter((entry) => entry !== same) : entries;
      const entry = { id: same?.id ?? ids++, at: Date.now(), what, outcome, good, times: (same?.times ?? 0) + 1 };
      return [entry, ...rest].slice(0, most);
    });
  }
}
