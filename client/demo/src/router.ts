import { useSyncExternalStore } from "react";

export const views = ["dashboard", "chat", "document", "orders", "notifications", "connections"] as const;
export type View = (typeof views)[number];

const read = () => location.pathname;

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  return () => removeEventListener("popstate", listener);
}

export function pathTo(view: View): string {
  return view === "dashboard" ? "/" : `/${view}`;
}

export function useView(): View {
  const path = useSyncExternalStore(subscribe, read);
  return views.find((view) => pathTo(view) === path) ?? "dashboard";
}

export function go(view: View): void {
  if (pathTo(view) === read()) return;
  history.pushState(null, "", pathTo(view));
  dispatchEvent(new PopStateEvent("popstate"));
}
