import { useMemo } from "react";
import { type Change, type DocumentState, emptyDocument, SharedDocument } from "../models/index.js";
import { useFreshet } from "./provider.js";
import { useShared } from "./use-shared.js";

export interface UseCollaborativeDocumentResult<T> extends DocumentState<T> {
  /** Changes the content at once, here, and soon on the server. `change` must be pure. Stable. */
  readonly edit: (change: Change<T>) => void;
  /** Tells the others where the user is, lines and columns from 0. Stable. */
  readonly moveCursor: (line: number, column: number) => void;
}

const self = <T>(document: SharedDocument<T>) => document;

/** A document that several people edit. Components that show the same one share it. */
export function useCollaborativeDocument<T = unknown>(id: string): UseCollaborativeDocumentResult<T> {
  const freshet = useFreshet();
  const key = `document ${id}`;
  const state = useShared<SharedDocument<T>, DocumentState<T>>(
    { key, claim: (from) => from.share(key, () => new SharedDocument<T>(from, id)) },
    self,
    emptyDocument,
  );
  const actions = useMemo(() => {
    const document = () => freshet.peek<SharedDocument<T>>(key);
    return {
      edit: (change: Change<T>) => document()?.edit(change),
      moveCursor: (line: number, column: number) => document()?.moveCursor(line, column),
    };
  }, [freshet, key]);
  return { ...state, ...actions };
}
