import { QueryClient, QueryObserver } from "@tanstack/query-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { EventClient, StreamEvent } from "../src/index.js";
import { bindQueries } from "../src/tanstack-query/index.js";

let queries: QueryClient;
let emit: (type: string, payload?: unknown) => void;
let listeners: ((event: StreamEvent) => void)[];
let client: EventClient;

beforeEach(() => {
  queries = new QueryClient();
  listeners = [];
  emit = (type, payload) => {
    for (const listener of listeners) listener({ type, payload });
  };
  client = {
    on: (_type: string, listener: (event: never) => void) => {
      listeners.push(listener as (event: StreamEvent) => void);
      return () => listeners.splice(0);
    },
  } as unknown as EventClient;
});

afterEach(() => queries.clear());

const isStale = (key: string) => queries.getQueryState([key])?.isInvalidated;

it("an event changes what is in the cache, and puts nothing there that nobody asked for", () => {
  const update = (orders: unknown, { payload }: StreamEvent) => [...(orders as unknown[]), payload];
  bindQueries(client, queries, { order: { queryKey: ["orders"], update } });
  emit("order", 1);
  expect(queries.getQueryData(["orders"])).toBeUndefined();
  queries.setQueryData(["orders"], [1]);
  emit("order", 2);
  expect(queries.getQueryData(["orders"])).toEqual([1, 2]);
});

it("an event without an update makes its query stale, by its own key", () => {
  queries.setQueryData(["7"], "seven");
  queries.setQueryData(["8"], "eight");
  bindQueries(client, queries, { order: { queryKey: ({ payload }) => [String(payload)] } });
  emit("order", 7);
  expect([isStale("7"), isStale("8")]).toEqual([true, false]);
});

it("a query that is shown is asked for again", async () => {
  let asked = 0;
  const observer = new QueryObserver(queries, { queryKey: ["n"], queryFn: () => ++asked, staleTime: Infinity });
  const end = observer.subscribe(() => {});
  await expect.poll(() => asked).toBe(1);
  bindQueries(client, queries, { changed: { queryKey: ["n"] } });
  emit("changed");
  await expect.poll(() => asked).toBe(2);
  end();
});

it("after a gap all that the rules name is stale, and everything where an event would have named it", () => {
  for (const key of ["a", "b"]) queries.setQueryData([key], key);
  const end = bindQueries(client, queries, { x: { queryKey: ["a"] } });
  emit("gap", { channel: "user:ada", reason: "trimmed" });
  expect([isStale("a"), isStale("b")]).toEqual([true, false]);
  end();
  bindQueries(client, queries, { x: { queryKey: ({ payload }) => [String(payload)] } });
  emit("gap", { channel: "user:ada", reason: "trimmed" });
  expect(isStale("b")).toBe(true);
});

it("types that nobody named do nothing", () => {
  queries.setQueryData(["a"], 1);
  const end = bindQueries(client, queries, { x: { queryKey: ["a"] } });
  emit("constructor");
  emit("other");
  end();
  emit("x");
  expect(isStale("a")).toBe(false);
});
