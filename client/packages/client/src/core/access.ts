import { isRecord, parseJson } from "../wire/json.js";
import type { Attempt } from "./connection.js";
import type { Environment } from "./environment.js";
import { Failure, fail, refusal, unexpected } from "./errors.js";

/** Gives the token (a JWT). `renew` is true when the last one was refused or is about to expire: give a fresh one then. */
export type TokenSource = (request: { readonly renew: boolean }) => string | Promise<string>;

/**
 * Who the user is.
 *
 * - `cookie`: the browser sends the token's cookie by itself.
 * - `bearer`: `token` is asked before each request.
 * - `ticket`: streams are opened with a single-use ticket, for which the cookie, or `token` where given, is exchanged.
 *   `channels` narrows what it grants.
 *
 * WebSockets always take a ticket, whichever is chosen.
 */
export type Auth =
  | { readonly type: "cookie" }
  | { readonly type: "bearer"; readonly token: TokenSource }
  | { readonly type: "ticket"; readonly token?: TokenSource; readonly channels?: readonly string[] };

/** Where the server is and who asks. */
export interface Access {
  /** `https://push.example`, without a slash at the end; empty for the page's own origin. */
  readonly baseUrl: string;
  readonly auth: Auth;
  readonly env: Environment;
}

/** A ticket, and what its answer says about time. */
export interface Ticket {
  readonly ticket: string;
  /** By how much the server's clock is ahead of this machine's, in milliseconds. */
  readonly clockAheadMs: number;
  /** When the token behind it ends, by the server's clock, where the token tells. */
  readonly tokenExpiresAt: number | undefined;
}

/** The token, or undefined where a cookie carries it. A source that fails is no refusal: it is asked again later. */
export async function tokenFor({ auth }: Access, renew: boolean): Promise<string | undefined> {
  if (auth.type === "cookie" || !auth.token) return undefined;
  try {
    return await auth.token({ renew });
  } catch (error) {
    throw error instanceof Failure ? error : fail("network", `No token: ${error}`);
  }
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly renew?: boolean;
  readonly token?: string | undefined;
  /** Of what is known already: where it has not changed the answer is a 304. */
  readonly etag?: string | undefined;
  /** Milliseconds until the answer must be read; without it, as long as it takes. */
  readonly timeoutMs?: number;
}

/**
 * What `read` makes of an answer with a status of 2xx or 304; anything else is thrown as a `Failure`. `timeoutMs` and
 * `signal` hold until `read` is done.
 */
export async function request<T>(
  access: Access,
  path: string,
  options: RequestOptions,
  read: (response: Response) => T | Promise<T>,
): Promise<T> {
  const { env } = access;
  const { signal, timeoutMs, body, etag } = options;
  const token = options.token ?? (await tokenFor(access, options.renew ?? false));
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  const timer =
    timeoutMs && env.setTimeout(() => controller.abort(fail("timeout", `No answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await env.fetch(access.baseUrl + path, {
      method: options.method ?? "GET",
      cache: "no-store",
      credentials: token === undefined ? "include" : "same-origin",
      headers: {
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(etag && { "If-None-Match": etag }),
        ...options.headers,
      },
      body: JSON.stringify(body),
      signal: controller.signal,
    });
    if (!response.ok && response.status !== 304) throw await refusal(response, env);
    return await read(response);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    env.clearTimeout(timer);
    // Signals live as long as a connection, requests come by the thousand.
    signal?.removeEventListener("abort", abort);
    // What was not read of the answer is not wanted.
    abort();
  }
}

/** What is at a path: its text, undefined where it is still what had the `etag`; and its new ETag. */
export function content(access: Access, path: string, options: RequestOptions) {
  return request(access, path, options, async (response) => {
    // A 304 is read to its end, too: nothing is left of it to be aborted.
    const text = await response.text();
    return {
      text: response.status === 304 ? undefined : text,
      etag: response.headers.get("ETag") ?? undefined,
    };
  });
}

/** The answer's JSON. A login page or a proxy's HTML is an `invalid-response`, not a crash. */
export async function json(response: Response): Promise<unknown> {
  const body = parseJson(await response.text());
  if (body === undefined) throw unexpected("JSON", response);
  return body;
}

/** `exp` of a JWT in milliseconds. It is only a hint, so nothing is verified and a token of another form has none. */
function expiryOf(token: string | undefined): number | undefined {
  try {
    const { exp } = JSON.parse(atob(token?.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/") ?? ""));
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** A ticket for one connection; good for 30 s, so use it at once. */
export async function takeTicket(
  access: Access,
  { signal, renew }: Pick<Attempt, "signal" | "renew">,
): Promise<Ticket> {
  const { auth, env } = access;
  const token = await tokenFor(access, renew);
  const channels = auth.type === "ticket" ? auth.channels : undefined;
  const body = await request(
    access,
    "/api/ws/ticket",
    { method: "POST", signal, token, timeoutMs: 10_000, body: channels && { channels } },
    json,
  );
  if (!isRecord(body) || typeof body.ticket !== "string") throw unexpected("a ticket");
  const issuedAt = Number(body.expiresAt) - Number(body.expiresIn) * 1000;
  return {
    ticket: body.ticket,
    clockAheadMs: issuedAt - env.date() || 0,
    tokenExpiresAt: expiryOf(token),
  };
}

/** `path` with further parameters of its query; one that is undefined is left out. */
export function withQuery(path: string, parameters: Record<string, string | number | boolean | undefined>): string {
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) path += `${path.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
  }
  return path;
}
