import { useMemo } from "react";
import { emptyRoom, Room, type RoomState } from "../models/index.js";
import type { SendResult } from "../websocket/index.js";
import { useFreshet } from "./provider.js";
import { useShared } from "./use-shared.js";

export interface UseRoomResult extends RoomState {
  /** Says something: a text, or a payload with a `text`. It is among `messages` at once. Stable. */
  readonly send: (message: string | Record<string, unknown>) => Promise<SendResult>;
  /** Sends a message that failed once more. Stable. */
  readonly retry: (id: string) => void;
  /** Tells the others whether the user is typing; call it with each key. Stable. */
  readonly setTyping: (isTyping: boolean) => void;
}

const self = (room: Room) => room;
const closed = { ok: false, id: "", error: { kind: "closed", message: "Not mounted yet" } } as const;

/** A chat room: messages, who is there, who types. Components that show the same room share it. */
export function useRoom(name: string): UseRoomResult {
  const freshet = useFreshet();
  const key = `room ${name}`;
  const state = useShared({ key, claim: (from) => from.share(key, () => new Room(from, name)) }, self, emptyRoom);
  const actions = useMemo(() => {
    const room = () => freshet.peek<Room>(key);
    return {
      send: async (message: string | Record<string, unknown>) => (await room()?.send(message)) ?? closed,
      retry: (id: string) => room()?.retry(id),
      setTyping: (isTyping: boolean) => room()?.setTyping(isTyping),
    };
  }, [freshet, key]);
  return { ...state, ...actions };
}
