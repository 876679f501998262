import type { ErrorKind, FreshetError } from "../core/errors.js";

/** Codes that are not named (1001, 1006, 1009, 1012, 4008 and the like) are the network's: come back. */
const kinds: Record<number, ErrorKind> = {
  1007: "rejected", // what we sent is not UTF-8
  4001: "unauthenticated", // a new token first, then once more
  4003: "forbidden", // revoked or forbidden
  4029: "rate-limited", // over the rate in spite of warnings
};

/** How long to stay away after 4029, besides the usual jitter, in milliseconds. */
const laterMs = 30_000;

/** What a close code means, and how long to wait at least. */
export function closeError(closeCode: number, reason: string): [error: FreshetError, waitMs: number] {
  const kind = kinds[closeCode] ?? "network";
  return [{ kind, message: reason || `Closed with ${closeCode}`, closeCode }, kind === "rate-limited" ? laterMs : 0];
}
