// What a test's page has at hand, as `kit`.

import * as core from "@freshet/client";
import * as models from "@freshet/client/models";
import * as socket from "@freshet/client/websocket";
import { fetchEventSource } from "@microsoft/fetch-event-source";
import { WebSocket as PartySocket } from "partysocket";
import ReconnectingWebSocket from "reconnecting-websocket";

/** What a test reads of an event. */
interface Heard {
  readonly type: string;
  readonly payload: unknown;
}

/** All that a client delivers, in order. */
function listen(client: core.EventClient): Heard[] {
  const heard: Heard[] = [];
  client.on("*", ({ type, payload }) => heard.push({ type, payload }));
  return heard;
}

/** Asks until there is an answer: reconnecting-websocket stops for good where its address is not given. */
async function ticket(): Promise<string> {
  for (;;) {
    const response = await fetch("/api/ws/ticket", { method: "POST" }).catch(() => undefined);
    if (response?.ok) return (await response.json()).ticket;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const tools = {
  ...core,
  ...models,
  ...socket,
  fetchEventSource,
  PartySocket,
  ReconnectingWebSocket: ReconnectingWebSocket as unknown as typeof PartySocket,
  listen,
  ticket,
  /** Where a test keeps what it will look at later. */
  // biome-ignore lint/suspicious/noExplicitAny: tests know what they have put there
  kept: {} as Record<string, any>,
};

declare global {
  var kit: Kit;
}
export type Kit = typeof tools;
globalThis.kit = tools;
