import { withQuery } from "../core/access.js";
import { fail } from "../core/errors.js";
import { reserved } from "../wire/decode.js";
import { type SseTransport, withTicket } from "./transport.js";

/**
 * A stream over the browser's `EventSource`, for pages that want it in the browser's tools. It hears only the `types`
 * that the client names, cannot send a bearer token (use a cookie or tickets), and does not see a refusal's status.
 *
 * Each of its interruptions ends it, and the client opens the next one, so that delays, tickets and cursors are the
 * client's, the same for both transports. `retry:` is not shown to pages.
 */
export const nativeTransport: SseTransport = async (stream) => {
  const { access, attempt, cursor, types = [], give } = stream;
  const { signal } = attempt;
  const { EventSource } = access.env;
  if (!EventSource) throw fail("rejected", "This environment has no EventSource");
  if (access.auth.type === "bearer") throw fail("rejected", "EventSource cannot send a bearer token");
  const path = withQuery(await withTicket(stream), { lastEventId: cursor });
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const source = new EventSource(access.baseUrl + path, { withCredentials: true });
    const end = () => {
      source.close();
      resolve();
    };
    signal.addEventListener("abort", end);
    source.onerror = end;
    for (const event of new Set([...Object.keys(reserved), ...types])) {
      source.addEventListener(event, ({ data, lastEventId }) => {
        // Nothing of a closed stream, should the browser have queued it.
        if (signal.aborted) return;
        attempt.alive();
        give({ event, data: String(data), ...(lastEventId && { id: lastEventId }) });
      });
    }
  });
};
