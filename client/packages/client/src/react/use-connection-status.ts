import { useSyncExternalStore } from "react";
import type { ConnectionStatus, Readable } from "../index.js";
import { idle } from "./use-source.js";

/** The status of any client, or of none yet: for a light in the page's corner. */
export function useConnectionStatus(
  client: { readonly status: Readable<ConnectionStatus> } | undefined,
): ConnectionStatus {
  const status = client?.status ?? nothing;
  return useSyncExternalStore(status.subscribe, status.getSnapshot, () => idle);
}

const nothing: Readable<ConnectionStatus> = { getSnapshot: () => idle, subscribe: () => () => {} };
