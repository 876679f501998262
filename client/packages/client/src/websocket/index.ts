export type { SendResult } from "./outbox.js";
export { shareSocket } from "./share-socket.js";
export {
  type MessageOptions,
  type SocketEvent,
  type SocketEventOf,
  type SocketPayloads,
  WebSocketClient,
  type WebSocketOptions,
} from "./websocket-client.js";
