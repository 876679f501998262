import { type ConnectionStatus, type EventMap, ResilientClient, type ResilientOptions } from "../index.js";
import { type Handlers, useSource } from "./use-source.js";

export type UseResilientRealtimeOptions = Omit<ResilientOptions, "baseUrl" | "auth" | "environment">;

/** `useChannel` with all options of the fallback, and not shared with other tabs. `status.via` says how events come. */
export function useResilientRealtime<E extends EventMap = Record<string, unknown>>(
  options: UseResilientRealtimeOptions,
  handlers: NoInfer<Handlers<E>>,
): ConnectionStatus {
  // Functions and stores are no part of the key: the first component's count.
  const key = `resilient ${JSON.stringify(options)}`;
  return useSource(
    { key, claim: (freshet) => freshet.share(key, (shared) => new ResilientClient({ ...options, ...shared })) },
    handlers,
  );
}
