import { type Access, request } from "../core/access.js";
import { unexpected } from "../core/errors.js";
import { sseParser } from "./parser.js";
import { type SseTransport, withTicket } from "./transport.js";

/** A stream over `fetch`: all ways to authenticate, all types, and every status is seen. */
export const fetchTransport: SseTransport = async (stream) => {
  const { access, attempt, cursor, give } = stream;
  const { signal, renew } = attempt;
  const path = await withTicket(stream);
  // The ticket says who asks, so no token goes with it.
  const asked: Access = access.auth.type === "ticket" ? { ...access, auth: { type: "cookie" } } : access;
  const headers = { Accept: "text/event-stream", ...(cursor && { "Last-Event-ID": cursor }) };
  await request(asked, path, { headers, signal, renew }, async (response) => {
    if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
      throw unexpected("an event stream", response);
    }
    const push = sseParser(give);
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      attempt.alive();
      if (!push(decoder.decode(value, { stream: true }))) throw unexpected("a stream of Freshet", response);
    }
  });
};
