import { isRecord } from "../core/errors.js";
import { fits, isCursor, isText, shapeOf } from "./decode.js";
import type { ServerMessage } from "./messages.js";

/** Of the types that come over a WebSocket only; as in `decode.ts`, which pages without one take alone. */
const shapes: Record<string, string> = {
  connected: "userId:s connectionId:s cursor:s",
  "joined-room": "room:s",
  "left-room": "room:s",
  "message-history": "_:a",
  subscribed: "channel:s",
  unsubscribed: "channel:s reason:s?",
  presence: "room:s users:m count:n",
  refreshed: "expiresAt:n",
  ack: "id:s",
  error: "id:s? code:s message:s",
};

const placed = new Set(["user-joined", "user-left", "presence-changed"]);

/** A frame of a WebSocket; undefined if it is none that can be used. Fields that are not known are no reason. */
export function decodeFrame(text: unknown): ServerMessage | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(String(text));
  } catch {
    return undefined;
  }
  if (!isRecord(frame) || !isText(frame.type)) return undefined;
  const { type, payload, id, timestamp, room, channel } = frame;
  const shape = shapeOf(type) ?? shapeOf(type, shapes);
  const somewhere = isText(room) !== isText(channel);
  const logged = isCursor(id) && typeof timestamp === "number" && somewhere;
  if (shape && !fits(shape, payload)) return undefined;
  let good: boolean;
  if (!shape) good = logged && payload !== undefined;
  else if (type === "gap") good = isCursor(id);
  else if (type === "message-history") good = isText(room);
  else if (placed.has(type)) good = logged || (somewhere && id === undefined && timestamp === undefined);
  else if (type === "content-update" || type === "cursor-move") good = logged && isText(channel);
  else good = !["init", "heartbeat", "unavailable"].includes(type);
  return good ? (frame as ServerMessage) : undefined;
}
