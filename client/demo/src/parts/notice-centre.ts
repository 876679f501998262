import type { StreamEvent } from "@freshet/client";
import { useChannel } from "@freshet/client/react";
import { createContext, useCallback, useContext, useEffect, useMemo, useReducer, useRef } from "react";
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

/** The first events after the page was loaded are those of before (`last`): news to nobody, so no toasts. */
const settledMs = 1500;

/** What came for the user, and what of it was read; that is remembered in this browser, and other tabs learn of it. */
export function useNoticeCentre(): NoticeCentre {
  const { user, nameOf } = useSession();
  const key = `freshet-demo:read:${user.id}`;
  const [notices, act] = useReducer(reduce, key, (name) => noNotices(storedIds(name)));
  const settled = useRef(Number.POSITIVE_INFINITY);

  const hear = (event: StreamEvent) => {
    if (event.type === "heartbeat") return;
    const now = Date.now();
    act({ do: "add", notice: noticeOf(event, now, nameOf), toast: now >= settled.current });
  };
  const status = useChannel("user:me", { "*": hear }, { last: 20 });
  useReport("Notifications", "events of user:me", status);
  const isOpen = status.state === "open";
  useEffect(() => {
    if (isOpen) settled.current = Math.min(settled.current, Date.now() + settledMs);
  }, [isOpen]);

  const { read } = notices;
  useEffect(() => {
    try {
      localStorage.setItem(key, JSON.stringify([...read]));
    } catch {
      // Storage is denied: until the next reload.
    }
  }, [key, read]);
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
