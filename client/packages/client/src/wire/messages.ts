import type { ContentUpdate, Cursor, CursorMove, Gap, Member } from "./types.js";

/** A message of the server on a WebSocket. Fields that are not named here may come and mean nothing. */
export type ServerMessage =
  | { type: "connected"; payload: { userId: string; connectionId: string; cursor: Cursor } }
  | { type: "joined-room" | "left-room"; payload: { room: string } }
  | { type: "message-history"; payload: readonly unknown[]; room: string }
  | ({ type: "user-joined" | "user-left"; payload: Member } & Place)
  | ({ type: "presence-changed"; payload: { count: number } } & Place)
  | { type: "subscribed"; payload: { channel: string } }
  | { type: "unsubscribed"; payload: { channel: string; reason?: string } }
  | { type: "presence"; payload: { room: string; users: readonly Member[]; count: number } }
  | { type: "refreshed"; payload: { expiresAt: number } }
  | { type: "gap"; payload: Gap; id: Cursor }
  | { type: "ack"; payload: { id: string } }
  | { type: "error"; payload: { id?: string; code: RefusalCode; message: string } }
  | { type: "content-update"; payload: ContentUpdate; channel: string; id: Cursor; timestamp: number }
  | { type: "cursor-move"; payload: CursorMove; channel: string; id: Cursor; timestamp: number }
  | ApplicationMessage;

/** Where a user came, went or is: a joined room, or a subscribed channel. */
type Place = ({ room: string; channel?: never } | { channel: string; room?: never }) &
  ({ id: Cursor; timestamp: number } | { id?: never; timestamp?: never });

/** An event of the application, of a joined room or else of a channel. */
export type ApplicationMessage = {
  type: string & {};
  payload: unknown;
  id: Cursor;
  timestamp: number;
} & ({ room: string; channel?: never } | { channel: string; room?: never });

/** Why the server refused a message. */
export type RefusalCode = "invalid-message" | "forbidden" | "unknown-type" | "rate-limited" | "unavailable";

/** A message of the client. `id` asks for exactly one answer; of 16 and more characters it is also an idempotency key. */
export type ClientMessage = { id?: string } & (
  | { type: "join-room"; payload: string | { room: string; after?: Cursor } }
  | { type: "leave-room"; payload: string | { room: string } }
  | { type: "room-message"; room: string; payload: unknown; echo?: boolean }
  | { type: "direct-message"; payload: { readonly to: string; readonly [field: string]: unknown } }
  | { type: "subscribe"; payload: { channel: string; after?: Cursor } }
  | { type: "unsubscribe"; payload: { channel: string } }
  | { type: "presence"; payload: { room: string } }
  | { type: "refresh"; payload: { ticket: string } }
  | { type: string & {}; payload: unknown; room?: string }
);

/** A message of an event stream, its data parsed. */
export type SseMessage =
  | {
      event: "init";
      data: { connected: true; connectionId: string; channels: readonly string[]; resumed: boolean };
      id: Cursor;
      retry?: number;
    }
  | { event: "heartbeat"; data: { timestamp: number }; id: Cursor }
  | { event: "gap"; data: Gap; id: Cursor }
  | { event: "unavailable"; data: { status: number; reason: string }; retry: number }
  | { event: "user-joined" | "user-left"; data: Member; id?: Cursor }
  | { event: "presence-changed"; data: { count: number }; id?: Cursor }
  | { event: "content-update"; data: ContentUpdate; id: Cursor }
  | { event: "cursor-move"; data: CursorMove; id: Cursor }
  | { event: string & {}; data: unknown; id: Cursor };
