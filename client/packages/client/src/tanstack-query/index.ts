import type { QueryClient, QueryKey } from "@tanstack/query-core";
import type { EventClient, StreamEvent } from "../index.js";

/** What an event does to the cache. */
export interface QueryRule {
  /** The query, as a constant or by the event. */
  readonly queryKey: QueryKey | ((event: StreamEvent) => QueryKey);
  /**
   * Makes new data of old data and an event; undefined leaves it as it is. Only for a query that has data: what nobody
   * asked for is not put there. Without it the query is marked stale, and asked for again if it is shown.
   */
  readonly update?: (data: unknown, event: StreamEvent) => unknown;
}

/**
 * Writes events into a query cache, by type. After a `gap` everything that the rules name is stale; where a rule names
 * it by the event, all queries are. Returns what ends it.
 */
export function bindQueries(
  client: EventClient,
  queries: QueryClient,
  rules: { readonly [type: string]: QueryRule },
): () => void {
  // Without a key: everything.
  const invalidate = (queryKey?: QueryKey) => void queries.invalidateQueries(queryKey && { queryKey }).catch(() => {});
  return client.on("*", (event) => {
    if (event.type === "gap") {
      // Which queries a function would have named for what is missing nobody knows.
      for (const { queryKey } of Object.values(rules))
        invalidate(typeof queryKey === "function" ? undefined : queryKey);
      return;
    }
    if (!Object.hasOwn(rules, event.type)) return;
    const rule = rules[event.type] as QueryRule;
    const queryKey = typeof rule.queryKey === "function" ? rule.queryKey(event) : rule.queryKey;
    const { update } = rule;
    if (!update || queries.getQueryData(queryKey) === undefined) invalidate(queryKey);
    else queries.setQueryData(queryKey, (data: unknown) => update(data, event));
  });
}
