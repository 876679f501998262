import { isCursor } from "../wire/decode.js";
import type { Cursor } from "../wire/types.js";
import { browserEnvironment, type Environment } from "./environment.js";

/** Keeps a cursor for longer than its client lives. */
export interface CursorStore {
  load(): Cursor | undefined;
  save(cursor: Cursor): void;
}

/**
 * A cursor in `sessionStorage`: a reload goes on where the page was, a new tab begins with what is new. The page's own
 * state is gone after a reload, so use it where that is kept, too. `key` must be another for each user.
 */
export function sessionCursor(key: string, env: Environment = browserEnvironment): CursorStore {
  const name = `freshet:${key}`;
  return {
    load() {
      try {
        const cursor = env.storage?.getItem(name);
        return isCursor(cursor) ? cursor : undefined;
      } catch {
        return undefined;
      }
    },
    save(cursor) {
      try {
        env.storage?.setItem(name, cursor);
      } catch {
        // Full, or denied: then a reload begins with what is new.
      }
    },
  };
}

/** A cursor that lives as long as its client. */
export function memoryCursor(cursor?: Cursor): CursorStore {
  return {
    load: () => cursor,
    save: (next) => {
      cursor = next;
    },
  };
}
