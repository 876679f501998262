import { fits, isCursor, shapeOf } from "./decode.js";
import { isRecord, isText, parseJson } from "./json.js";
import type { ServerMessage } from "./messages.js";

/** Of the types that come over a WebSocket only; as in `decode.ts`, which pages without one take alone. */
const shapes: Record<string, string> = {
  connected: "userId:string connectionId:string cursor:string",
  "joined-room": "room:string",
  "left-room": "room:string",
  subscribed: "channel:string",
  unsubscribed: "channel:string reason:string?",
  presence: "room:string users:members count:number",
  refreshed: "expiresAt:number",
  ack: "id:string",
  error: "id:string? code:string message:string",
};

/** A frame of a WebSocket; undefined if it is none that can be used. Fields that are not known are no reason. */
export function decodeFrame(text: unknown): ServerMessage | undefined {
  const frame = parseJson(String(text));
  return isRecord(frame) && isText(frame.type) && isUsable(frame, frame.type) ? (frame as ServerMessage) : undefined;
}

function isUsable(frame: Record<string, unknown>, type: string): boolean {
  const { payload, id, timestamp, room, channel } = frame;
  const shape = shapeOf(type) ?? shapeOf(type, shapes);
  if (shape && !fits(shape, payload)) return false;
  const somewhere = isText(room) !== isText(channel);
  const logged = somewhere && fits("id:cursor timestamp:number payload:any", frame);
  switch (type) {
    case "gap":
      return isCursor(id);
    case "message-history":
      return Array.isArray(payload) && isText(room);
    case "user-joined":
    case "user-left":
    case "presence-changed":
      return logged || (somewhere && id === undefined && timestamp === undefined);
    case "content-update":
    case "cursor-move":
      return logged && isText(channel);
    case "init":
    case "heartbeat":
    case "unavailable":
      return false;
    default:
      return shape !== undefined || logged;
  }
}
