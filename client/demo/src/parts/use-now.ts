import { useSyncExternalStore } from "react";

// One clock for all of the page, so that what it shows changes at the same moment.
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of [...listeners]) one();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, in milliseconds since 1970, once a second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export function clockWithSeconds(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
