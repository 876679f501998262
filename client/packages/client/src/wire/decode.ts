import { isRecord, isText, parseJson } from "./json.js";
import type { SseMessage } from "./messages.js";
import type { Cursor, PollResponse } from "./types.js";

/** The fields that the client reads, each with its kind: what `typeof` says, or one of `kinds`. */
const member = "id:string userId:string";
const logged = "id:cursor channel:text type:text payload:any timestamp:number";

/** The types that no application may have on an event stream, with what is read of their payloads. */
export const reserved: Record<string, string> = {
  gap: "channel:string reason:string",
  "user-joined": member,
  "user-left": member,
  "presence-changed": "count:number",
  "content-update": "content:any version:number userId:string",
  "cursor-move": "userId:string line:number column:number",
  init: "connectionId:string channels:list resumed:boolean",
  heartbeat: "timestamp:number",
  unavailable: "status:number reason:string",
};

const kinds: Record<string, (value: unknown) => boolean> = {
  any: (value) => value !== undefined,
  "string?": (value) => value === undefined || typeof value === "string",
  text: isText,
  cursor: isCursor,
  list: Array.isArray,
  members: (value) => Array.isArray(value) && value.every((one) => fits(member, one)),
};

/** Types come from outside: `constructor` is one that nobody reserved. */
export function shapeOf(type: string, known = reserved): string | undefined {
  return Object.hasOwn(known, type) ? known[type] : undefined;
}

export function fits(shape: string, value: unknown): boolean {
  return (
    isRecord(value) &&
    shape.split(" ").every((field) => {
      const [name, kind] = field.split(":") as [string, string];
      return kinds[kind]?.(value[name]) ?? typeof value[name] === kind;
    })
  );
}

/** A payload of a reserved type has what the client reads of it; of another type it is anything. */
function suits(type: string, payload: unknown): boolean {
  const shape = shapeOf(type);
  return shape ? fits(shape, payload) : payload !== undefined;
}

/** A cursor may become a header and part of an address, so nothing else is taken for one. */
export function isCursor(value: unknown): value is Cursor {
  return typeof value === "string" && /^[\w.~-]{1,2048}$/.test(value);
}

/** A message of an event stream; undefined if it is none that can be used. */
export function decodeSse(event: string, text: string, id?: string, retry?: number): SseMessage | undefined {
  const data = parseJson(text);
  return suits(event, data) ? ({ event, data, id, retry } as SseMessage) : undefined;
}

/** Throws nothing; undefined if it is not what polling answers. */
export function decodePoll(body: unknown): PollResponse | undefined {
  if (!fits("events:list cursor:cursor", body)) return undefined;
  const page = body as PollResponse;
  const usable = page.events.every((event) => fits(logged, event) && suits(event.type, event.payload));
  return usable && (page.gap === null || isText(page.gap)) ? page : undefined;
}
