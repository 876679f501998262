import { useInsertionEffect, useRef } from "react";

/** A reference to what was rendered last, so that callers need no stable callbacks. For effects and handlers only. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  // Before any other effect, and silent on a server.
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
