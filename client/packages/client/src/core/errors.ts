import { isRecord } from "../wire/json.js";
import type { Environment } from "./environment.js";

/**
 * What went wrong, by what is to be done about it.
 *
 * | kind | |
 * |---|---|
 * | `network` | no answer, or the connection ended; tried again |
 * | `timeout` | nothing came for too long; tried again |
 * | `unavailable` | the server cannot for now (5xx); tried again, not before it says |
 * | `rate-limited` | too much was asked for (429, 4029); tried again, not before the server says |
 * | `invalid-response` | the answer is not from Freshet (HTML of a proxy or a login page); tried again |
 * | `invalid-message` | one message was not understood and left out |
 * | `unauthenticated` | the token was refused, a fresh one too (401, 4001); stops |
 * | `forbidden` | the user may not (403, 4003); stops |
 * | `conflict` | somebody else was first (412) |
 * | `rejected` | the request is wrong (other 4xx), or this browser lacks something; stops |
 * | `overflow` | more than the queue holds; the oldest was dropped |
 * | `closed` | the application closed the client |
 */
export type ErrorKind =
  | "network"
  | "timeout"
  | "unavailable"
  | "rate-limited"
  | "invalid-response"
  | "invalid-message"
  | "unauthenticated"
  | "forbidden"
  | "conflict"
  | "rejected"
  | "overflow"
  | "closed";

/** RFC 9457, as Freshet writes it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  /** Of a batch without one accepted element: the result of each. */
  readonly results?: readonly unknown[];
}

/** A failure as a value. Nothing in this package throws one into the application. */
export interface FreshetError {
  readonly kind: ErrorKind;
  /** For developers; may change. */
  readonly message: string;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  /** Close code of a WebSocket. */
  readonly closeCode?: number;
  /** What the server said about it. */
  readonly problem?: Problem;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfterMs?: number;
}

/** Carries a `FreshetError` through promises inside of this package. */
export class Failure extends Error {
  constructor(readonly error: FreshetError) {
    super(error.message);
  }
}

export function fail(kind: ErrorKind, message: string, more?: Partial<FreshetError>): Failure {
  return new Failure({ kind, message, ...more });
}

/** The answer to a request is not what it should be. */
export function unexpected(expected: string, response?: Response): Failure {
  return fail("invalid-response", `The answer is not ${expected}`, { status: response?.status });
}

/** Anything that was thrown, as a value. What is not ours is the network's: `fetch` throws a bare `TypeError`. */
export function toError(thrown: unknown): FreshetError {
  if (thrown instanceof Failure) return thrown.error;
  return { kind: "network", message: String(thrown) };
}

const kinds: Record<number, ErrorKind> = {
  401: "unauthenticated",
  403: "forbidden",
  408: "unavailable",
  412: "conflict",
  429: "rate-limited",
};

function kindOf(status: number): ErrorKind {
  return kinds[status] ?? (status >= 500 ? "unavailable" : status >= 400 ? "rejected" : "invalid-response");
}

/** No proxy's mistake may silence a page for longer: 5 minutes. */
const longestRetryAfterMs = 300_000;

/** Seconds, or a date, which is compared with the server's own and not with the clock of this machine. */
function retryAfterMs(headers: Headers, env: Environment): number | undefined {
  const text = headers.get("Retry-After");
  if (!text) return undefined;
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : Date.parse(text) - (Date.parse(headers.get("Date") ?? "") || env.date());
  return ms > 0 ? Math.min(ms, longestRetryAfterMs) : undefined;
}

/** The refusal that an answer is. Reads its body, if that is a problem, and never throws. */
export async function refusal(response: Response, env: Environment): Promise<Failure> {
  const { status } = response;
  let problem: Problem | undefined;
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const body: unknown = await response.json().catch(() => undefined);
    if (isRecord(body) && typeof body.type === "string") problem = body as unknown as Problem;
  }
  const wait = retryAfterMs(response.headers, env);
  return fail(kindOf(status), problem?.detail ?? `HTTP ${status}`, { status, problem, retryAfterMs: wait });
}
