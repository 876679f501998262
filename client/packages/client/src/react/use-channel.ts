import { type ChannelsWish, type ConnectionStatus, channelsKey, type EventMap, shareChannels } from "../index.js";
import { type Handlers, useSource } from "./use-source.js";

export type UseChannelOptions = Omit<ChannelsWish, "channels">;

/**
 * Calls handlers for the events of a channel or of several, over SSE, and by polling where that does not get through;
 * with an identity over one connection for all tabs. Components that follow the same share it.
 *
 * After a `gap` events may be missing: load anew what you show.
 */
export function useChannel<E extends EventMap = Record<string, unknown>>(
  channel: string | readonly string[],
  handlers: NoInfer<Handlers<E>>,
  options: UseChannelOptions = {},
): ConnectionStatus {
  const wish: ChannelsWish = { ...options, channels: typeof channel === "string" ? [channel] : channel };
  return useSource({ key: channelsKey(wish), claim: (freshet) => shareChannels(freshet, wish) }, handlers);
}
