import type { Freshet, Lease } from "../shared/freshet.js";
import { WebSocketClient } from "./websocket-client.js";

/** The page's one WebSocket. */
export function shareSocket(freshet: Freshet): Lease<WebSocketClient> {
  return freshet.share("socket", (options) => new WebSocketClient(options));
}
