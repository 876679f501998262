import { useCallback } from "react";
import { type ConnectionStatus, type Polled, Poller, type PollerOptions } from "../index.js";
import { useFreshet } from "./provider.js";
import { useLatest } from "./use-latest.js";
import { useShared } from "./use-shared.js";
import { idle } from "./use-source.js";

export type UsePollingOptions<T> = Omit<PollerOptions<T>, "path" | "baseUrl" | "auth" | "environment">;

export interface UsePollingResult<T> {
  readonly polled: Polled<T>;
  readonly status: ConnectionStatus;
  /** Asks now. Stable. */
  readonly refresh: () => void;
}

const empty: Polled<never> = { state: "empty" };

/**
 * Asks for a path again and again; the component renders when the data or the status changes, not with each answer.
 * Components that ask for the same with the same options share it; `parse` and `nextIntervalMs` are then the first one's.
 */
export function usePolling<T = unknown>(path: string, options: UsePollingOptions<T> = {}): UsePollingResult<T> {
  const freshet = useFreshet();
  const key = `poll ${path} ${JSON.stringify(options)}`;
  const latest = useLatest(options);
  const shared = {
    key,
    claim: (from: typeof freshet) =>
      from.share(
        key,
        (options) =>
          new Poller<T>({
            ...latest.current,
            ...options,
            path,
            // Those of the last render.
            parse: (body) => {
              const { parse } = latest.current;
              return parse ? parse(body) : (body as T);
            },
            nextIntervalMs: (data, unchanged) => latest.current.nextIntervalMs?.(data, unchanged) ?? Number.NaN,
          }),
      ),
  };
  const polled = useShared<Poller<T>, Polled<T>>(shared, (poller) => poller, empty);
  const status = useShared<Poller<T>, ConnectionStatus>(shared, (poller) => poller.status, idle);
  const refresh = useCallback(() => freshet.peek<Poller<T>>(key)?.refresh(), [freshet, key]);
  return { polled, status, refresh };
}
