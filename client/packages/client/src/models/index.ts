export { memberEvents, nobody, type Presence } from "./members.js";
export { PresenceList } from "./presence-list.js";
export { emptyRoom, Room, type RoomMessage, type RoomOptions, type RoomState } from "./room.js";
export { type Change, type DocumentState, emptyDocument, SharedDocument } from "./shared-document.js";
