import { useCallback, useSyncExternalStore } from "react";
import type { Freshet, Lease, Opens, Readable } from "../index.js";
import { useFreshet } from "./provider.js";
import { useLatest } from "./use-latest.js";

/** What a key stands for, and how it is claimed; `key` must change with everything that `claim` depends on. */
export interface Shared<T extends Opens> {
  readonly key: string;
  readonly claim: (freshet: Freshet, key: string) => Lease<T>;
}

/**
 * The snapshot of something shared. It is claimed while the component is mounted, never during a render, so that a
 * render that is thrown away opens nothing. `empty` is the snapshot before that and on a server; it must be a constant.
 */
export function useShared<T extends Opens, S>(
  { key, claim }: Shared<T>,
  storeOf: (value: T) => Readable<S>,
  empty: S,
  /** Called with what was claimed; returns what to do when it is given back. */
  attach?: (value: T) => () => void,
): S {
  const freshet = useFreshet();
  const latest = useLatest({ claim, storeOf, attach });
  const subscribe = useCallback(
    (listener: () => void) => {
      const { claim, storeOf, attach } = latest.current;
      const { value, release } = claim(freshet, key);
      const detach = attach?.(value);
      const unsubscribe = storeOf(value).subscribe(listener);
      return () => {
        unsubscribe();
        detach?.();
        release();
      };
    },
    [freshet, key, latest],
  );
  const read = () => {
    const value = freshet.peek<T>(key);
    return value ? storeOf(value).getSnapshot() : empty;
  };
  return useSyncExternalStore(subscribe, read, () => empty);
}
