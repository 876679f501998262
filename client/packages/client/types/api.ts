// Compiled by `npm run types`, not run: what the types promise, and what they refuse.
import type { ConnectionStatus, ErrorKind, EventSourceClient } from "../src/index.js";
import { useChannel, useCollaborativeDocument, usePolling, useWebSocket } from "../src/react/index.js";
import type { SendResult, WebSocketClient } from "../src/websocket/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function assert<_T extends true>(): void;

interface Events {
  "order-completed": { orderId: number };
}

declare const client: EventSourceClient<Events>;
declare const socket: WebSocketClient<Events>;

client.on("order-completed", ({ payload, type }) => {
  assert<Equal<typeof payload, { orderId: number }>>();
  assert<Equal<typeof type, "order-completed">>();
  // @ts-expect-error no such field
  payload.total;
});
client.on("gap", ({ payload }) => assert<Equal<typeof payload.reason, "trimmed" | "reset" | "lagging">>());
client.on("not declared", ({ payload }) => assert<Equal<typeof payload, unknown>>());
client.on("*", ({ type }) => assert<Equal<typeof type, string>>());
socket.on("order-completed", ({ payload, room }) => {
  assert<Equal<typeof payload, { orderId: number }>>();
  assert<Equal<typeof room, string | undefined>>();
});
socket.on("message-history", ({ payload }) => assert<Equal<typeof payload, readonly unknown[]>>());
// @ts-expect-error a room is needed
socket.send({ type: "room-message", payload: 1 }).then(({ ok }: { ok: true }) => ok);
// @ts-expect-error to whom?
void socket.sendToUser({ text: "hi" });

/** Every status is told apart by `state`; a new one does not compile here. */
export function describe(status: ConnectionStatus): string {
  switch (status.state) {
    case "idle":
    case "paused":
    case "closed":
      return status.state;
    case "connecting":
      return String(status.attempt);
    case "open":
      return status.via;
    case "waiting":
      return new Date(status.retryAt).toISOString();
    case "offline":
    case "failed": {
      const kind: ErrorKind = status.error.kind;
      return kind;
    }
  }
}

export function outcome(result: SendResult): string {
  // @ts-expect-error only where it failed
  result.error;
  return result.ok ? result.id : result.error.message;
}

export function useTypes(): void {
  useChannel<Events>("user:me", {
    "order-completed": ({ payload }) => assert<Equal<typeof payload, { orderId: number }>>(),
    gap: ({ payload }) => assert<Equal<typeof payload.channel, string>>(),
  });
  // @ts-expect-error not declared
  useChannel<Events>("user:me", { "order-complete": () => {} });
  useChannel("user:me", { anything: ({ payload }) => assert<Equal<typeof payload, unknown>>() });
  useWebSocket({ anything: ({ payload }) => assert<Equal<typeof payload, unknown>>() });
  const { polled } = usePolling<{ n: number }>("/api/stats");
  // @ts-expect-error it may be empty
  polled.data;
  const { edit, content } = useCollaborativeDocument<string[]>("spec");
  assert<Equal<typeof content, string[] | null>>();
  edit((lines) => [...(lines ?? []), "x"]);
  // @ts-expect-error an edit gives content of the same type
  edit(() => 7);
}
