import type { Access } from "../core/access.js";
import type { Attempt } from "../core/connection.js";
import type { Cursor } from "../wire/types.js";
import type { RawMessage } from "./parser.js";

/** One stream to open. */
export interface SseRequest {
  readonly access: Access;
  readonly attempt: Attempt;
  /** Path and query, without ticket and cursor. */
  readonly path: string;
  readonly cursor: Cursor | undefined;
  /** Types that the application listens to; undefined: all. */
  readonly types: readonly string[] | undefined;
  /** Called for each message. */
  readonly give: (message: RawMessage) => void;
}

/** Opens one stream; what it throws, and its end, end the attempt. */
export type SseTransport = (request: SseRequest) => Promise<void>;

/** `path` with a further parameter of its query. */
export function withQuery(path: string, name: string, value: string | undefined): string {
  if (value === undefined) return path;
  return `${path}${path.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
}
