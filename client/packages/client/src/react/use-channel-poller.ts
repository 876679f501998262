import { ChannelPoller, type ChannelPollerOptions, type ConnectionStatus, type EventMap } from "../index.js";
import { type Handlers, useSource } from "./use-source.js";

export type UseChannelPollerOptions = Omit<ChannelPollerOptions, "baseUrl" | "auth" | "environment">;

/** `useChannel` by polling alone, and not shared with other tabs. Between two answers nothing is missed. */
export function useChannelPoller<E extends EventMap = Record<string, unknown>>(
  options: UseChannelPollerOptions,
  handlers: NoInfer<Handlers<E>>,
): ConnectionStatus {
  // Functions and stores are no part of the key: the first component's count.
  const key = `channel-poll ${JSON.stringify(options)}`;
  return useSource(
    { key, claim: (freshet) => freshet.share(key, (shared) => new ChannelPoller({ ...options, ...shared })) },
    handlers,
  );
}
