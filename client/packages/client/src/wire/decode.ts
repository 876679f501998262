import { isRecord } from "../core/errors.js";
import type { SseMessage } from "./messages.js";
import type { Cursor, LoggedEvent, PollResponse } from "./types.js";

/**
 * The fields that the client reads of each reserved type's payload: `s` text, `n` number, `b` boolean, `a` list,
 * `m` members, `x` anything that is there; `?` behind it: may be missing. `_` stands for a payload that is no object.
 */
const member = "id:s userId:s";
const shapes: Record<string, string> = {
  gap: "channel:s reason:s",
  "user-joined": member,
  "user-left": member,
  "presence-changed": "count:n",
  "content-update": "content:x version:n userId:s",
  "cursor-move": "userId:s line:n column:n",
  init: "connectionId:s channels:a resumed:b",
  heartbeat: "timestamp:n",
  unavailable: "status:n reason:s",
};

/** Types come from outside: `constructor` is one that nobody reserved. */
export function shapeOf(type: string, known = shapes): string | undefined {
  return Object.hasOwn(known, type) ? known[type] : undefined;
}

const names: Record<string, string> = { s: "string", n: "number", b: "boolean" };

function isA(kind: string | undefined, value: unknown): boolean {
  if (kind === "x") return value !== undefined;
  if (kind === "a") return Array.isArray(value);
  if (kind === "m") return Array.isArray(value) && value.every((one) => fits(member, one));
  return typeof value === names[kind ?? ""];
}

export function fits(shape: string, payload: unknown): boolean {
  if (shape.startsWith("_")) return isA(shape[2], payload);
  return (
    isRecord(payload) &&
    shape.split(" ").every((field) => {
      const [name, kind] = field.split(":") as [string, string];
      const value = payload[name];
      return (value === undefined && kind[1] === "?") || isA(kind[0], value);
    })
  );
}

/** A cursor may become a header and part of an address, so nothing else is taken for one. */
export function isCursor(value: unknown): value is Cursor {
  return typeof value === "string" && /^[\w.~-]{1,2048}$/.test(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** A message of an event stream; undefined if it is none that can be used. */
export function decodeSse(event: string, data: string, id?: string, retry?: number): SseMessage | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return undefined;
  }
  const shape = shapeOf(event);
  if (shape && !fits(shape, parsed)) return undefined;
  return { event, data: parsed, id, retry } as SseMessage;
}

/** Throws nothing; undefined if it is not what polling answers. */
export function decodePoll(body: unknown): PollResponse | undefined {
  if (
    !isRecord(body) ||
    !Array.isArray(body.events) ||
    !isCursor(body.cursor) ||
    (body.gap !== null && !isText(body.gap))
  )
    return undefined;
  return body.events.every(isLogged) ? (body as unknown as PollResponse) : undefined;
}

function isLogged(event: unknown): event is LoggedEvent {
  if (!isRecord(event) || !isCursor(event.id) || !isText(event.channel) || !isText(event.type)) return false;
  const shape = shapeOf(event.type);
  return event.payload !== undefined && typeof event.timestamp === "number" && (!shape || fits(shape, event.payload));
}
