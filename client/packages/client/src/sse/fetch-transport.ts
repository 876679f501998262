import { request, takeTicket } from "../core/access.js";
import { fail } from "../core/errors.js";
import { SseParser } from "./parser.js";
import { type SseTransport, withQuery } from "./transport.js";

/** A stream over `fetch`: all ways to authenticate, all types, and every status is seen. */
export const fetchTransport: SseTransport = async ({ access, attempt, path, cursor, give }) => {
  const { signal, renew } = attempt;
  const byTicket = access.auth.type === "ticket";
  const ticket = byTicket ? (await takeTicket(access, signal, renew)).ticket : undefined;
  const headers = { Accept: "text/event-stream", ...(cursor && { "Last-Event-ID": cursor }) };
  // The ticket says who asks, so no token goes with it.
  const asked = byTicket ? { ...access, auth: { type: "cookie" } as const } : access;
  await request(asked, withQuery(path, "ticket", ticket), { headers, signal, renew }, async (response) => {
    if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      response.body?.cancel().catch(() => {});
      throw fail("invalid-response", "The answer is not an event stream", { status: response.status });
    }
    const parser = new SseParser(give);
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) break;
      attempt.alive();
      if (!parser.push(decoder.decode(value, { stream: true }))) {
        reader.cancel().catch(() => {});
        throw fail("invalid-response", "A message of the stream is too long");
      }
    }
    throw fail("network", "The stream ended");
  });
};
