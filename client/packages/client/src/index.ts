export type { Auth, TokenSource } from "./core/access.js";
export type { ConnectionOptions, ConnectionStatus, Via } from "./core/connection.js";
export { type CursorStore, memoryCursor, sessionCursor } from "./core/cursor-store.js";
export {
  type BroadcastChannelLike,
  browserEnvironment,
  type Environment,
  type EventSourceLike,
  type LocksLike,
  type WebSocketLike,
} from "./core/environment.js";
export type { ErrorKind, FreshetError, Problem } from "./core/errors.js";
export type { EventClient, EventMap, EventOf, EventType, StreamEvent } from "./core/events.js";
export type { Readable } from "./core/store.js";
export { ChannelPoller, type ChannelPollerOptions } from "./polling/channel-poller.js";
export { type Polled, Poller, type PollerOptions } from "./polling/poller.js";
export { Freshet, type FreshetOptions, type Lease, type Opens } from "./shared/freshet.js";
export { type ChannelsWish, channelsKey, shareChannels } from "./shared/leases.js";
export { ResilientClient, type ResilientOptions } from "./shared/resilient-client.js";
export { TabSharedClient, type TabSharedOptions } from "./shared/tab-shared-client.js";
export {
  type AccessOptions,
  type ChannelOptions,
  EventSourceClient,
  type EventSourceOptions,
} from "./sse/event-source-client.js";
export { fetchTransport } from "./sse/fetch-transport.js";
export { nativeTransport } from "./sse/native-transport.js";
export type { RawMessage } from "./sse/parser.js";
export type { SseRequest, SseTransport } from "./sse/transport.js";
export {
  type MessageOptions,
  type SendResult,
  type SocketEvent,
  type SocketEventOf,
  type SocketPayloads,
  shareSocket,
  WebSocketClient,
  type WebSocketOptions,
} from "./websocket/index.js";
export type * from "./wire/messages.js";
export type * from "./wire/types.js";
