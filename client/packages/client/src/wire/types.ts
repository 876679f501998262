/** Positions in the log, joined; opaque. An event's id is one, and is good for its channel. */
export type Cursor = string;

/** Why events may be missing. Others may be added. */
export type GapReason = "trimmed" | "reset" | "lagging";

export interface Gap {
  readonly channel: string;
  readonly reason: GapReason;
}

/** A user who is present; both fields hold the user id. */
export interface Member {
  readonly id: string;
  readonly userId: string;
}

export interface ContentUpdate<T = unknown> {
  readonly content: T;
  /** The version this edit made, from 1. */
  readonly version: number;
  readonly userId: string;
}

export interface CursorMove {
  readonly userId: string;
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

/** What Freshet itself says about channels, by type. */
export interface PlatformPayloads {
  gap: Gap;
  "user-joined": Member;
  "user-left": Member;
  "presence-changed": { readonly count: number };
  "content-update": ContentUpdate;
  "cursor-move": CursorMove;
}

/** An event as polling answers it. */
export interface LoggedEvent {
  readonly id: Cursor;
  readonly channel: string;
  readonly type: string;
  readonly payload: unknown;
  /** Milliseconds since 1970, by the server's clock. */
  readonly timestamp: number;
  /** The user it came from, where known. */
  readonly actor?: string;
}

/** Answer of `GET /api/channels/{channel}/events`. */
export interface PollResponse {
  readonly events: readonly LoggedEvent[];
  /** The next `after`. */
  readonly cursor: Cursor;
  readonly gap: "trimmed" | "reset" | null;
}

/** Answer of `GET /api/rooms/{room}/presence` and `/api/documents/{id}/presence`. */
export interface PresenceSnapshot {
  /** At most 1,000. */
  readonly users: readonly Member[];
  /** All users present. */
  readonly count: number;
  /** Asks for the next page. */
  readonly next?: string;
}

/** A document, and the answer to its edit. */
export interface DocumentSnapshot<T = unknown> {
  readonly content: T;
  /** 0: nobody edited it yet. Also its ETag. */
  readonly version: number;
}

export interface TicketResponse {
  readonly ticket: string;
  readonly expiresAt: number;
  /** Seconds from now. */
  readonly expiresIn: number;
}

/** Answer of `GET /api/stats`, over all pods. */
export interface Stats {
  readonly connections: { readonly sse: number; readonly websocket: number; readonly poll: number };
  readonly pods: number;
  readonly users: number;
  readonly eventsPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly timestamp: number;
}
