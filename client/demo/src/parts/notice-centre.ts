import type { StreamEvent } from "@freshet/client";
import { useChannel } from "@freshet/client/react";
import { createContext, useCallback, useContext, useEffect, useMemo, useReducer, useState } from "react";
import { add, dismiss, markAllRead, markRead, type Notice, type Notices, noNotices, noticeOf } from "../logic/notices";
import { useSession } from "./session-context";
import { useReport } from "./status-board";

export interface NoticeCentre {
  readonly notices: Notices;
  readonly read: (id: string) => void;
  readonly readAll: () => void;
  readonly dismiss: (id: string) => void;
}

export const NoticesContext = createContext<NoticeCentre | undefined>(undefined);

export function useNotices(): NoticeCentre {
  const centre = useContext(NoticesContext);
  if (!centre) throw new Error("There is no notification centre here");
  return centre;
}

type Action =
  | { readonly do: "add"; readonly notice: Notice; readonly toast: boolean }
  | { readonly do: "read"; readonly ids: readonly string[] }
  | { readonly do: "read-all" }
  | { readonly do: "dismiss"; readonly id: string };

function reduce(notices: Notices, action: Action): Notices {
  switch (action.do) {
    case "add":
      return add(notices, action.notice, action.toast);
    case "read":
      return markRead(notices, action.ids);
    case "read-all":
      return markAllRead(notices);
    case "dismiss":
      return dismiss(notices, action.id);
  }
}

function storedIds(key: string): readonly string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

function storeIds(key: string, ids: Iterable<string>): void {
  try {
    localStorage.setItem(key, JSON.stringify([...ids]));
  } catch {
    // Storage is denied: until the next reload.
  }
}

/** So many come again after a reload. */
const comeAgain = 20;
/** So many are known then. */
const mostHeard = 100;

/** What came for the user, and what of it was read; that is remembered in this browser, and other tabs learn of it. */
export function useNoticeCentre(): NoticeCentre {
  const { user, nameOf } = useSession();
  const key = `freshet-demo:read:${user.id}`;
  const [notices, act] = useReducer(reduce, key, (name) => noNotices(storedIds(name)));
  const heardKey = `freshet-demo:heard:${user.id}`;
  // Of what comes again after a reload only that is worth a toast which came meanwhile. As it was when the page was
  // loaded: another tab's toast does not take away this one's.
  const [heardBefore] = useState(() => new Set(storedIds(heardKey)));

  const hear = (event: StreamEvent) => {
    if (event.type === "heartbeat") return;
    const notice = noticeOf(event, Date.now(), nameOf);
    const others = storedIds(heardKey).filter((id) => id !== notice.id);
    storeIds(heardKey, [...others, notice.id].slice(-mostHeard));
    act({ do: "add", notice, toast: !heardBefore.has(notice.id) });
  };
  const status = useChannel("user:me", { "*": hear }, { last: comeAgain });
  useReport("Notifications", "events of user:me", status);

  const { read } = notices;
  useEffect(() => storeIds(key, read), [key, read]);
  useEffect(() => {
    const hearOfOtherTabs = (event: StorageEvent) => {
      if (event.key === key) act({ do: "read", ids: storedIds(key) });
    };
    addEventListener("storage", hearOfOtherTabs);
    return () => removeEventListener("storage", hearOfOtherTabs);
  }, [key]);

  const readOne = useCallback((id: string) => act({ do: "read", ids: [id] }), []);
  const readAll = useCallback(() => act({ do: "read-all" }), []);
  const dismissOne = useCallback((id: string) => act({ do: "dismiss", id }), []);
  return useMemo(
    () => ({ notices, read: readOne, readAll, dismiss: dismissOne }),
    [notices, readOne, readAll, dismissOne],
  );
}
