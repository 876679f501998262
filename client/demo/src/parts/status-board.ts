import type { ConnectionStatus } from "@freshet/client";
import { createContext, useContext, useEffect, useSyncExternalStore } from "react";
import { Signal } from "../logic/signal";

export interface Reported {
  readonly name: string;
  /** What it follows, for developers. */
  readonly about: string;
  readonly status: ConnectionStatus;
}

/** The connections that the page has now, by name, in the order in which they came. */
export class StatusBoard extends Signal<ReadonlyMap<string, Reported>> {
  constructor() {
    super(new Map());
  }

  report(reported: Reported): void {
    this.update((all) => new Map(all).set(reported.name, reported));
  }

  remove(name: string): void {
    this.update((all) => {
      const rest = new Map(all);
      rest.delete(name);
      return rest;
    });
  }
}

export const BoardContext = createContext(new StatusBoard());

/** Puts a connection's status on the board for as long as the component is there. */
export function useReport(name: string, about: string, status: ConnectionStatus): void {
  const board = useContext(BoardContext);
  useEffect(() => board.report({ name, about, status }), [board, name, about, status]);
  useEffect(() => () => board.remove(name), [board, name]);
}

export function useReported(): ReadonlyMap<string, Reported> {
  const board = useContext(BoardContext);
  return useSyncExternalStore(board.subscribe, board.getSnapshot);
}
