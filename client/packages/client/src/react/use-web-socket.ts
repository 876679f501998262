import { useCallback } from "react";
import type { ClientMessage, ConnectionStatus, EventMap } from "../index.js";
import {
  type SendResult,
  type SocketEvent,
  type SocketEventOf,
  type SocketPayloads,
  shareSocket,
  type WebSocketClient,
} from "../websocket/index.js";
import { useFreshet } from "./provider.js";
import { useLatest } from "./use-latest.js";
import { useShared } from "./use-shared.js";
import { idle } from "./use-source.js";

/** Called for messages of their types; need not be stable. `*` is called for all. */
export type SocketHandlers<E extends EventMap> = string extends keyof E
  ? { readonly [type: string]: ((event: SocketEvent) => void) | undefined }
  : { readonly [T in (keyof E | keyof SocketPayloads) & string]?: (event: SocketEventOf<E, T>) => void } & {
      readonly "*"?: (event: SocketEvent) => void;
    };

export interface UseWebSocketResult {
  readonly status: ConnectionStatus;
  /** Sends a message and tells what became of it; never rejects. Stable. */
  readonly send: (message: ClientMessage) => Promise<SendResult>;
}

const socketKey = "socket";
const statusOf = (socket: WebSocketClient) => socket.status;
const closed = { ok: false, id: "", error: { kind: "closed", message: "Not mounted yet" } } as const;

/** The page's one WebSocket: the user's own events, direct messages, and whatever the rooms' hooks join. */
export function useWebSocket<E extends EventMap = Record<string, unknown>>(
  handlers?: NoInfer<SocketHandlers<E>>,
): UseWebSocketResult {
  const freshet = useFreshet();
  const latest = useLatest((handlers ?? {}) as Record<string, ((event: SocketEvent) => void) | undefined>);
  const status = useShared({ key: socketKey, claim: shareSocket }, statusOf, idle, (socket) =>
    socket.on("*", (event) => {
      if (Object.hasOwn(latest.current, event.type)) latest.current[event.type]?.(event);
      latest.current["*"]?.(event);
    }),
  );
  const send = useCallback(
    async (message: ClientMessage): Promise<SendResult> =>
      (await freshet.peek<WebSocketClient>(socketKey)?.send(message)) ?? closed,
    [freshet],
  );
  return { status, send };
}
