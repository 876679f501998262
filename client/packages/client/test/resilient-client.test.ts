import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ResilientClient, type ResilientOptions, type StreamEvent } from "../src/index.js";
import { type FakeRequest, pass, settle, World } from "./world.js";

let world: World;
let client: ResilientClient;
let events: StreamEvent[];

const place = (n: number) => `${n}-0~aaaa`;
const status = () => client.status.getSnapshot();
const payloads = () => events.map(({ payload }) => payload);
const streams = () => world.requests.filter(({ path }) => path === "/api/events");
const polls = () => world.requests.filter(({ path }) => path.startsWith("/api/channels/"));
const newest = (requests: FakeRequest[]): FakeRequest => {
  const request = requests.at(-1);
  if (!request) throw new Error("no such request");
  return request;
};
const after = (request: FakeRequest) => request.url.searchParams.get("after");

function page(numbers: number[], cursor: number, request = newest(polls()), channel = "user:ada") {
  const all = numbers.map((n) => ({ id: place(n), channel, type: "x", payload: n, timestamp: n }));
  return request.json({ events: all, cursor: place(cursor), gap: null });
}

async function open(options: Partial<ResilientOptions> = {}) {
  client = new ResilientClient({ channels: ["user:me"], environment: world, ...options });
  events = [];
  client.on("*", (event) => events.push(event));
  client.open();
  await settle();
}

/** A stream that delivered event 2 and broke, and could not be opened again: polling has begun. */
async function fallen(options: Partial<ResilientOptions> = {}) {
  await open(options);
  const stream = await newest(streams()).openStream();
  await stream.init(place(1));
  await stream.send("x", 2, place(2));
  await stream.end();
  await pass(500);
  await newest(streams()).fail();
  await pass(1000);
  await newest(streams()).fail();
}

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});

afterEach(async () => {
  client.close();
  await settle();
  expect(world.isQuiet).toBe(true);
  vi.useRealTimers();
});

it("is a stream for as long as that works", async () => {
  await open();
  const stream = await newest(streams()).openStream();
  await stream.init(place(1));
  await stream.send("x", 2, place(2));
  expect(status()).toMatchObject({ state: "open", via: "sse" });
  expect(payloads()).toEqual([2]);
  expect(polls()).toHaveLength(0);
});

it("polls after three failures in a row, from the stream's cursor", async () => {
  await fallen();
  expect(after(newest(polls()))).toBe(place(2));
  await page([3, 4], 4);
  expect(payloads()).toEqual([2, 3, 4]);
  expect(status()).toMatchObject({ state: "open", via: "polling", resumed: true });
  expect(client.cursor).toBe(place(4));
});

it("polls where a proxy holds the stream's bytes back, so that nothing ever comes", async () => {
  await open({ connectTimeoutMs: 10_000 });
  for (let i = 0; i < 3; i++) {
    await newest(streams()).openStream();
    await pass(10_000 + (i < 2 ? 500 * 2 ** i : 0));
  }
  expect(polls()).toHaveLength(1);
  expect(polls()[0]?.url.searchParams.get("limit")).toBe("1");
});

it("does not fall back where polling would be refused, too", async () => {
  await open();
  await newest(streams()).problem(403);
  expect(status()).toMatchObject({ state: "failed", error: { kind: "forbidden" } });
  expect(polls()).toHaveLength(0);
  client.open();
  await settle();
  expect(streams()).toHaveLength(2);
});

it("returns to the stream without a hole, a double or a change of order", async () => {
  await fallen();
  await page([3], 3);
  await pass(22_500);
  const held = newest(polls());
  expect(newest(streams()).headers.has("Last-Event-ID")).toBe(false);
  const stream = await newest(streams()).openStream();
  await stream.init(place(5));
  // The stream runs from 5; 4 and 5 are only in the log, and 6 comes both ways.
  await stream.send("x", 6, place(6));
  expect(held.isAborted).toBe(true);
  expect(payloads()).toEqual([2, 3]);
  expect(after(newest(polls()))).toBe(place(3));
  expect(newest(polls()).url.searchParams.has("wait")).toBe(false);
  await page([4, 5, 6], 6);
  await stream.send("x", 7, place(7));
  expect(payloads()).toEqual([2, 3, 4, 5, 6, 7]);
  expect(status()).toMatchObject({ state: "open", via: "sse" });
  expect(client.cursor).toBe(place(7));
  await stream.end();
  await pass(1000);
  expect(newest(streams()).headers.get("Last-Event-ID")).toBe(place(7));
});

it("goes on polling if the log cannot be read when the stream is back, and tries later", async () => {
  await fallen();
  await page([3], 3);
  await pass(22_500);
  const stream = await newest(streams()).openStream();
  await stream.init(place(5));
  await stream.send("x", 6, place(6));
  await newest(polls()).fail();
  expect(newest(streams()).isAborted).toBe(true);
  await settle();
  expect(after(newest(polls()))).toBe(place(3));
  await page([4, 5, 6], 6);
  expect(payloads()).toEqual([2, 3, 4, 5, 6]);
  expect(status()).toMatchObject({ state: "open", via: "polling" });
  const before = streams().length;
  await pass(44_000);
  expect(streams()).toHaveLength(before);
  await pass(2000);
  expect(streams()).toHaveLength(before + 1);
});

it("goes on polling while attempts to return fail, each after a longer time", async () => {
  await fallen({ returnAfterMs: 10_000, maxReturnAfterMs: 20_000 });
  await page([], 2);
  const times: number[] = [];
  const seen = new Set(streams());
  for (let i = 0; i < 100; i++) {
    await pass(1000);
    const open = newest(polls());
    if (!open.isAborted) await page([], 2, open);
    for (const request of streams()) {
      if (seen.has(request)) continue;
      seen.add(request);
      times.push(i);
      await request.fail();
    }
  }
  const pauses = times.map((time, i) => time - (times[i - 1] ?? -1));
  expect(pauses[0]).toBeLessThan(10);
  expect(pauses.slice(1).every((pause) => pause >= 14 && pause <= 17)).toBe(true);
});

it("joins several channels to one stream, each from its own place", async () => {
  const channels = ["room:a", "room:b"];
  await fallen({ channels });
  expect(after(newest(polls()))).toBe(place(2));
  await page([3], 3, newest(polls()), "room:a");
  expect(after(newest(polls()))).toBe(place(2));
  await page([9], 9, newest(polls()), "room:b");
  await pass(22_500);
  const stream = await newest(streams()).openStream();
  await stream.init(place(20), { channels });
  expect(after(newest(polls()))).toBe(place(3));
  await page([15], 15, newest(polls()), "room:a");
  expect(after(newest(polls()))).toBe(place(9));
  await page([], 9, newest(polls()), "room:b");
  await stream.send("x", 21, place(21));
  expect(payloads()).toEqual([2, 3, 9, 15, 21]);
});

it("closed while it returns, delivers nothing more and leaves nothing open", async () => {
  await fallen();
  await page([3], 3);
  await pass(22_500);
  const stream = await newest(streams()).openStream();
  await stream.init(place(5));
  const reading = newest(polls());
  client.close();
  await page([4], 4, reading);
  await stream.send("x", 6, place(6));
  await pass(3_600_000);
  expect(payloads()).toEqual([2, 3]);
  expect(reading.isAborted).toBe(true);
  expect(status().state).toBe("closed");
});

it("closed by a listener while it returns delivers nothing more of what waited", async () => {
  await fallen();
  await page([3], 3);
  await pass(22_500);
  const stream = await newest(streams()).openStream();
  await stream.init(place(3));
  await stream.send("x", 4, place(4));
  await stream.send("x", 5, place(5));
  client.on("x", ({ payload }) => {
    if (payload === 4) client.close();
  });
  await page([], 3);
  expect(payloads()).toEqual([2, 3, 4]);
  expect(status().state).toBe("closed");
});

it("stops trying to return when polling is refused for good", async () => {
  await fallen();
  await newest(polls()).problem(403);
  expect(status()).toMatchObject({ state: "failed" });
  const before = world.requests.length;
  await pass(3_600_000);
  expect(world.requests).toHaveLength(before);
});
