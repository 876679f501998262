import type { FreshetError } from "../core/errors.js";

/** How long to stay away after 4029, besides the usual jitter, in milliseconds. */
const laterMs = 30_000;

/** What a close code means, and how long to wait at least. Codes that are not named are the network's: come back. */
export function closeError(closeCode: number, reason: string): [error: FreshetError, waitMs: number] {
  const error = (kind: FreshetError["kind"]): FreshetError => {
    return { kind, message: reason || `Closed with ${closeCode}`, closeCode };
  };
  switch (closeCode) {
    case 1007: // what we sent is not UTF-8
      return [error("rejected"), 0];
    case 4001: // a new token first, then once more
      return [error("unauthenticated"), 0];
    case 4003: // revoked or forbidden
      return [error("forbidden"), 0];
    case 4029: // over the rate in spite of warnings
      return [error("rate-limited"), laterMs];
    default: // 1001, 1012, 4008, 1009, 1006 and the like
      return [error("network"), 0];
  }
}
