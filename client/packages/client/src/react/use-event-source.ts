import { type ConnectionStatus, type EventMap, EventSourceClient, type EventSourceOptions } from "../index.js";
import { type Handlers, useSource } from "./use-source.js";

export type UseEventSourceOptions = Omit<EventSourceOptions, "baseUrl" | "auth" | "environment">;

/** Calls handlers for the events of channels over SSE alone, without polling and not shared with other tabs. */
export function useEventSource<E extends EventMap = Record<string, unknown>>(
  options: UseEventSourceOptions,
  handlers: NoInfer<Handlers<E>>,
): ConnectionStatus {
  // Functions and stores are no part of the key: the first component's count.
  const key = `sse ${JSON.stringify(options)}`;
  return useSource(
    { key, claim: (freshet) => freshet.share(key, (shared) => new EventSourceClient({ ...options, ...shared })) },
    handlers,
  );
}
