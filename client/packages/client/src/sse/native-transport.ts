import { takeTicket } from "../core/access.js";
import { fail } from "../core/errors.js";
import { type SseTransport, withQuery } from "./transport.js";

const reserved = [
  "init",
  "heartbeat",
  "gap",
  "unavailable",
  "user-joined",
  "user-left",
  "presence-changed",
  "content-update",
  "cursor-move",
];

/**
 * A stream over the browser's `EventSource`, for pages that want it in the browser's tools. It hears only the `types`
 * that the client names, cannot send a bearer token (use a cookie or tickets), and does not see a refusal's status.
 *
 * Each of its interruptions ends it, and the client opens the next one, so that delays, tickets and cursors are the
 * client's, the same for both transports. `retry:` is not shown to pages.
 */
export const nativeTransport: SseTransport = async ({ access, attempt, path, cursor, types = [], give }) => {
  const { signal, renew } = attempt;
  const { EventSource } = access.env;
  if (!EventSource) throw fail("rejected", "This environment has no EventSource");
  const { type } = access.auth;
  if (type === "bearer") throw fail("rejected", "EventSource cannot send a bearer token");
  const ticket = type === "ticket" ? (await takeTicket(access, signal, renew)).ticket : undefined;
  if (signal.aborted) return;
  const url = access.baseUrl + withQuery(withQuery(path, "ticket", ticket), "lastEventId", cursor);
  await new Promise<void>((resolve, reject) => {
    const source = new EventSource(url, { withCredentials: true });
    signal.addEventListener("abort", () => {
      source.close();
      resolve();
    });
    source.onerror = () => {
      source.close();
      reject(fail("network", "The stream ended or was refused"));
    };
    for (const event of new Set([...reserved, ...types])) {
      source.addEventListener(event, ({ data, lastEventId }) => {
        // Nothing of a closed stream, should the browser have queued it.
        if (signal.aborted) return;
        attempt.alive();
        give({ event, data: String(data), ...(lastEventId && { id: lastEventId }) });
      });
    }
  });
};
