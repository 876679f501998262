import { nobody, type Presence, PresenceList } from "../models/index.js";
import { useShared } from "./use-shared.js";

const self = (list: PresenceList) => list;

/** Who is present on a room or a document: `room:lobby`, `document:spec`. Following it makes the user present, too. */
export function usePresence(channel: string): Presence {
  const key = `presence ${channel}`;
  return useShared(
    { key, claim: (freshet) => freshet.share(key, () => new PresenceList(freshet, channel)) },
    self,
    nobody,
  );
}
