import type { ConnectionStatus } from "@freshet/client";

export type Tone = "good" | "busy" | "bad" | "off";

export interface StatusText {
  readonly tone: Tone;
  /** A word or two. */
  readonly label: string;
  /** A sentence, or nothing. */
  readonly detail: string;
}

const ways = { sse: "SSE", websocket: "WebSocket", polling: "Polling" } as const;

/** A status in words. `now`: milliseconds since 1970. */
export function statusText(status: ConnectionStatus, now: number): StatusText {
  switch (status.state) {
    case "idle":
      return { tone: "off", label: "Not in use", detail: "" };
    case "connecting":
      return {
        tone: "busy",
        label: "Connecting",
        detail: status.attempt ? `Attempt ${status.attempt + 1}` : "",
      };
    case "open": {
      const detail = `For ${duration(now - status.since)}${status.resumed ? ", resumed from where it was" : ""}`;
      return { tone: "good", label: ways[status.via], detail: status.error?.message ?? detail };
    }
    case "waiting": {
      const seconds = Math.max(0, Math.ceil((status.retryAt - now) / 1000));
      return { tone: "busy", label: "Reconnecting", detail: `In ${seconds} s. ${status.error.message}` };
    }
    case "offline":
      return { tone: "bad", label: "Offline", detail: "Goes on when the network is back" };
    case "paused":
      return { tone: "off", label: "Paused", detail: "While the page is hidden" };
    case "failed":
      return { tone: "bad", label: "Stopped", detail: status.error.message };
    case "closed":
      return { tone: "off", label: "Closed", detail: "" };
  }
}

/** The worst of several, for one light. */
export function worst(tones: readonly Tone[]): Tone {
  return (["bad", "busy", "good"] as const).find((tone) => tones.includes(tone)) ?? "off";
}

export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
