import { type Access, takeTicket, withQuery } from "../core/access.js";
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

/** The path with a ticket, where streams are opened with one. */
export async function withTicket({ access, attempt, path }: SseRequest): Promise<string> {
  return access.auth.type === "ticket" ? withQuery(path, { ticket: (await takeTicket(access, attempt)).ticket }) : path;
}
