import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  ChannelPoller,
  type ChannelPollerOptions,
  Poller,
  type PollerOptions,
  type StreamEvent,
} from "../src/index.js";
import { pass, settle, World } from "./world.js";

let world: World;
let close: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});

afterEach(async () => {
  close();
  await settle();
  expect(world.isQuiet).toBe(true);
  vi.useRealTimers();
});

describe("a poller", () => {
  interface Data {
    n: number;
    done?: boolean;
  }
  let poller: Poller<Data>;
  let changes: number;

  async function open(options: Partial<PollerOptions<Data>> = {}): Promise<void> {
    poller = new Poller<Data>({ path: "/api/stats", intervalMs: 5000, environment: world, ...options });
    close = () => poller.close();
    changes = 0;
    poller.subscribe(() => changes++);
    poller.open();
    await settle();
  }
  const status = () => poller.status.getSnapshot();
  const data = () => {
    const polled = poller.getSnapshot();
    return polled.state === "loaded" ? polled.data : undefined;
  };

  it("asks again an interval after each answer, and never twice at once", async () => {
    await open();
    expect(poller.getSnapshot()).toEqual({ state: "empty" });
    await pass(4000);
    expect(world.requests).toHaveLength(1);
    await world.request.json({ n: 1 });
    expect(data()).toEqual({ n: 1 });
    await pass(4999);
    expect(world.requests).toHaveLength(1);
    await pass(1);
    expect(world.requests).toHaveLength(2);
    poller.refresh();
    await settle();
    expect(world.requests).toHaveLength(2);
  });

  it("tells nobody of data that is the same, by ETag or by its bytes", async () => {
    await open();
    await world.request.json({ n: 1 }, { headers: { ETag: '"a"' } });
    const before = poller.getSnapshot();
    await pass(5000);
    expect(world.request.headers.get("If-None-Match")).toBe('"a"');
    await world.request.respond(null, { status: 304 });
    await pass(5000);
    await world.request.json({ n: 1 }, { headers: { ETag: '"b"' } });
    expect(poller.getSnapshot()).toBe(before);
    expect(changes).toBe(1);
    await pass(5000);
    await world.request.json({ n: 2 });
    expect(changes).toBe(2);
  });

  it("takes its interval from the data", async () => {
    await open({ nextIntervalMs: ({ done }, unchanged) => (done ? 60_000 : 1000 * 2 ** unchanged) });
    await world.request.json({ n: 1 });
    await pass(1000);
    await world.request.json({ n: 1 });
    await pass(1999);
    expect(world.requests).toHaveLength(2);
    await pass(1);
    await world.request.json({ n: 2, done: true });
    await pass(59_999);
    expect(world.requests).toHaveLength(3);
    await pass(1);
    expect(world.requests).toHaveLength(4);
  });

  it.each([Number.NaN, -1, 0])("does not spin where the interval comes out as %d", async (bad) => {
    await open({ nextIntervalMs: () => bad });
    await world.request.json({ n: 1 });
    await pass(99);
    expect(world.requests).toHaveLength(1);
  });

  it("waits longer after each error, and as before after an answer", async () => {
    await open({ baseDelayMs: 1000 });
    const delays: number[] = [];
    for (let i = 0; i < 3; i++) {
      await world.request.fail();
      const now = status();
      if (now.state !== "waiting") throw new Error(now.state);
      delays.push(now.retryAt - Date.now());
      await pass(delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([5500, 6000, 7000]);
    await world.request.json({ n: 1 });
    expect(status().state).toBe("open");
    await pass(5000);
    await world.request.fail();
    expect(status()).toMatchObject({ retryAt: Date.now() + 5500 });
    expect(data()).toEqual({ n: 1 });
  });

  it("pauses while the page is hidden, and asks at once when it is shown", async () => {
    await open();
    await world.request.json({ n: 1 });
    await world.turn({ visible: false });
    await pass(60_000);
    expect(world.requests).toHaveLength(1);
    expect(status().state).toBe("paused");
    await world.turn({ visible: true });
    expect(world.requests).toHaveLength(2);
    await world.request.json({ n: 1 });
    expect(status().state).toBe("open");
    await world.turn({ visible: true });
    expect(world.requests).toHaveLength(2);
  });

  it("asks for nothing at all if it is opened on a hidden page", async () => {
    world.visible = false;
    await open();
    expect(world.requests).toHaveLength(0);
    await world.turn({ visible: true });
    expect(world.requests).toHaveLength(1);
  });

  it("goes on while hidden where it is told to", async () => {
    await open({ pauseWhenHidden: false });
    await world.request.json({ n: 1 });
    await world.turn({ visible: false });
    await pass(5000);
    expect(world.requests).toHaveLength(2);
  });

  it("gives an answer up that takes too long, its body included", async () => {
    await open({ requestTimeoutMs: 3000 });
    await world.request.openStream();
    await pass(3000);
    expect(world.requests[0]?.isAborted).toBe(true);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "timeout" } });
  });

  it("takes HTML, and what parse refuses, for an invalid response, keeps the data and tries again", async () => {
    await open({
      parse: (body) => {
        if (typeof (body as Data).n !== "number") throw new Error("no n");
        return body as Data;
      },
    });
    await world.request.json({ n: 1 });
    for (const [body, ms] of [
      ["<html>", 5000],
      ['{"m":1}', 5500],
    ] as const) {
      await pass(ms);
      await world.request.respond(body, { status: 200 });
      expect(status()).toMatchObject({ state: "waiting", error: { kind: "invalid-response" } });
      expect(data()).toEqual({ n: 1 });
    }
  });

  it("asks now where somebody wants that", async () => {
    await open();
    await world.request.json({ n: 1 });
    poller.refresh();
    await settle();
    expect(world.requests).toHaveLength(2);
  });

  it("stops at 403, and does not listen to an answer that comes after its end", async () => {
    await open();
    await world.request.problem(403);
    expect(status().state).toBe("failed");
    poller.open();
    await settle();
    const { request } = world;
    poller.close();
    await request.json({ n: 9 });
    expect(poller.getSnapshot()).toEqual({ state: "empty" });
  });

  it("leaves no listener behind on what lives as long as the connection", async () => {
    await open();
    const add = vi.spyOn(EventTarget.prototype, "addEventListener");
    const remove = vi.spyOn(EventTarget.prototype, "removeEventListener");
    const count = (calls: unknown[][]) => calls.filter(([type]) => type === "abort").length;
    for (let i = 0; i < 20; i++) {
      await world.request.json({ n: i });
      await pass(5000);
    }
    // Each request's own signal goes with it (the fake listens on it); the rest must be balanced, but for the last.
    expect(count(add.mock.calls) - 20 - count(remove.mock.calls)).toBeLessThanOrEqual(1);
    vi.restoreAllMocks();
  });
});

describe("polling of channels", () => {
  let poller: ChannelPoller;
  let events: StreamEvent[];
  const place = (n: number) => `${n}-0~aaaa`;
  const event = (n: number, channel = "user:ada", type = "x") => ({
    id: place(n),
    channel,
    type,
    payload: n,
    timestamp: n,
  });
  const page = (numbers: number[], cursor: number, gap: string | null = null) =>
    world.request.json({ events: numbers.map((n) => event(n)), cursor: place(cursor), gap });
  const query = () => Object.fromEntries(world.request.url.searchParams);
  const payloads = () => events.map(({ payload }) => payload);

  async function open(options: Partial<ChannelPollerOptions> = {}): Promise<void> {
    poller = new ChannelPoller({ channels: ["user:me"], environment: world, ...options });
    close = () => poller.close();
    events = [];
    poller.on("*", (one) => events.push(one));
    poller.open();
    await settle();
  }

  it("begins with what is new, from the newest event's place, and then lets the server hold the request", async () => {
    await open();
    expect(world.request.path).toBe("/api/channels/user%3Ame/events");
    expect(query()).toEqual({ limit: "1" });
    await page([5], 5);
    expect(events).toEqual([]);
    expect(poller.status.getSnapshot()).toMatchObject({ state: "open", via: "polling", resumed: false });
    await pass(1000);
    expect(query()).toEqual({ limit: "100", after: place(5), wait: "20" });
    await pass(20_000);
    await page([6, 7], 7);
    expect(payloads()).toEqual([6, 7]);
    expect(events[0]).toMatchObject({ channel: "user:ada", id: place(6), cursor: place(6), timestamp: 6 });
  });

  it("begins with the newest where it is told to", async () => {
    await open({ last: 2 });
    expect(query()).toEqual({ limit: "2" });
    await page([5, 6], 6);
    expect(payloads()).toEqual([5, 6]);
  });

  it("reads on at once while pages are full, and takes no 304 for the rest", async () => {
    await open({ cursorStore: { load: () => place(0), save: () => {} } });
    const numbers = Array.from({ length: 100 }, (_, i) => i + 1);
    const events = numbers.map((n) => event(n));
    await world.request.json({ events, cursor: place(100), gap: null }, { headers: { ETag: '"newest"' } });
    expect(query()).toMatchObject({ after: place(100) });
    expect(world.request.headers.has("If-None-Match")).toBe(false);
    await page([101], 101);
    expect(payloads()).toHaveLength(101);
  });

  it("tells of a gap before what comes behind it", async () => {
    await open({ cursorStore: { load: () => place(1), save: () => {} } });
    await page([8], 8, "trimmed");
    expect(events.map(({ type }) => type)).toEqual(["gap", "x"]);
    expect(events[0]?.payload).toEqual({ channel: "user:me", reason: "trimmed" });
  });

  it("does not spin where something answers at once what the server would have held", async () => {
    await open();
    for (let i = 0; i < 5; i++) {
      await page([], 5);
      await pass(999);
      expect(world.requests).toHaveLength(i + 1);
      await pass(1);
    }
  });

  it("asks each of several channels, with a place for each and its ETag", async () => {
    await open({ channels: ["room:a", "room:b"], intervalMs: 3000 });
    await world.request.json({ events: [], cursor: place(1), gap: null }, { headers: { ETag: '"a"' } });
    await world.request.json({ events: [], cursor: place(2), gap: null });
    await pass(3000);
    expect(query()).toMatchObject({ after: place(1) });
    expect(query()).not.toHaveProperty("wait");
    expect(world.request.headers.get("If-None-Match")).toBe('"a"');
    await world.request.respond(null, { status: 304 });
    expect(query()).toMatchObject({ after: place(2) });
    expect(poller.cursor).toBeUndefined();
  });

  it("misses nothing of a page in whose middle it was closed", async () => {
    await open({ cursorStore: { load: () => place(1), save: () => {} } });
    poller.on("x", ({ payload }) => {
      if (payload === 2) poller.close();
    });
    await page([2, 3], 3);
    expect(payloads()).toEqual([2]);
    poller.open();
    await settle();
    expect(query()).toMatchObject({ after: place(2) });
  });

  it("leaves types out that nobody asked for", async () => {
    await open({ types: ["y"], cursorStore: { load: () => place(1), save: () => {} } });
    await world.request.json({ events: [event(2), event(3, "user:ada", "y")], cursor: place(3), gap: null });
    expect(payloads()).toEqual([3]);
  });

  it.each(["<html>", '{"events":{}}', '{"events":[{}],"cursor":"1-0~aaaa","gap":null}', "null"])(
    "takes %s for an invalid response",
    async (body) => {
      await open();
      await world.request.respond(body, { status: 200 });
      expect(poller.status.getSnapshot()).toMatchObject({ state: "waiting", error: { kind: "invalid-response" } });
    },
  );
});
