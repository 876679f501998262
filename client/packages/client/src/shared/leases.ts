import type { EventClient } from "../core/events.js";
import type { ChannelOptions } from "../sse/event-source-client.js";
import type { Freshet, Lease } from "./freshet.js";
import { ResilientClient } from "./resilient-client.js";
import { TabSharedClient } from "./tab-shared-client.js";

/** What is followed. Whoever asks for the same has the same connection. */
export interface ChannelsWish extends Pick<ChannelOptions, "channels" | "types" | "last"> {
  /** False: following does not make the user present. Default true. */
  readonly presence?: boolean;
}

/** The same text for the same wish, in whatever order it names things. */
export function channelsKey({ channels, types, last, presence }: ChannelsWish): string {
  return `events ${JSON.stringify([[...channels].sort(), types && [...types].sort(), last ?? 0, presence ?? true])}`;
}

/**
 * Events of channels, over SSE or by polling; where the `Freshet` knows an identity, over one connection for all tabs.
 */
export function shareChannels(freshet: Freshet, followed: ChannelsWish): Lease<EventClient> {
  const { channels, types, last, presence } = followed;
  const key = channelsKey(followed);
  return freshet.share<EventClient>(key, (options) => {
    const { identity, baseUrl = "" } = options;
    const wish = { ...options, channels, types, last, presence };
    if (identity === undefined) return new ResilientClient(wish);
    const name = `${baseUrl} ${identity} ${key}`;
    return new TabSharedClient({ ...wish, name, create: (given) => new ResilientClient({ ...wish, ...given }) });
  });
}
