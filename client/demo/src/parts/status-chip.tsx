import type { ConnectionStatus } from "@freshet/client";
import { statusText } from "../logic/status-text";
import { useNow } from "./use-now";

/** A light and a word; the sentence is its tooltip. */
export function StatusChip({ status, of }: { status: ConnectionStatus; of: string }) {
  const { tone, label, detail } = statusText(status, useNow());
  return (
    <span className={`chip tone-${tone}`} title={detail}>
      <span className="light" aria-hidden="true" />
      <span className="visually-hidden">{of}: </span>
      {label}
    </span>
  );
}
