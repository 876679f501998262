import type { ConnectionStatus, EventClient, EventMap, EventOf, PlatformPayloads, StreamEvent } from "../index.js";
import { useLatest } from "./use-latest.js";
import { type Shared, useShared } from "./use-shared.js";

/** Called for events of their types; need not be stable. `*` is called for all, gaps included. */
export type Handlers<E extends EventMap> = string extends keyof E
  ? { readonly [type: string]: ((event: StreamEvent) => void) | undefined }
  : { readonly [T in (keyof E | keyof PlatformPayloads) & string]?: (event: EventOf<E, T>) => void } & {
      readonly "*"?: (event: StreamEvent) => void;
    };

export const idle: ConnectionStatus = { state: "idle" };
const statusOf = (client: EventClient) => client.status;

/** Events of a shared client go to the handlers of the last render. */
export function useSource<E extends EventMap>(shared: Shared<EventClient>, handlers: Handlers<E>): ConnectionStatus {
  const latest = useLatest(handlers as Record<string, ((event: StreamEvent) => void) | undefined>);
  return useShared(shared, statusOf, idle, (client) =>
    client.on("*", (event) => {
      // Own properties only: types come from the server.
      if (Object.hasOwn(latest.current, event.type)) latest.current[event.type]?.(event);
      latest.current["*"]?.(event);
    }),
  );
}
