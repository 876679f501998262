import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  EventSourceClient,
  type EventSourceOptions,
  memoryCursor,
  type StreamEvent,
  TabSharedClient,
  type TabSharedOptions,
} from "../src/index.js";
import { FakeBrowser, type FakeStream, pass, settle, World } from "./world.js";

let browser: FakeBrowser;
let tabs: Tab[];

const place = (n: number) => `${n}-0~aaaa`;
const logged = (n: number) => ({ id: place(n), channel: "user:ada", type: "x", payload: n, timestamp: n });

class Tab {
  readonly world = new World(browser);
  readonly events: StreamEvent[] = [];
  readonly client: TabSharedClient;

  constructor(options: Partial<TabSharedOptions> = {}) {
    this.client = new TabSharedClient({
      name: "ada",
      channels: ["user:me"],
      environment: this.world,
      create: (given) => new EventSourceClient(given as EventSourceOptions),
      ...options,
    });
    this.client.on("*", (event) => this.events.push(event));
    tabs.push(this);
  }

  async open(): Promise<this> {
    this.client.open();
    await settle();
    return this;
  }

  async stream(begin: number): Promise<FakeStream> {
    const stream = await this.world.request.openStream();
    await stream.init(place(begin));
    return stream;
  }

  get payloads() {
    return this.events.map(({ payload }) => payload);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  browser = new FakeBrowser();
  tabs = [];
});

afterEach(async () => {
  for (const { client } of tabs) client.close();
  await settle();
  for (const { world } of tabs) expect(world.isQuiet).toBe(true);
  vi.useRealTimers();
});

it("one tab holds the connection, and all have its events and status", async () => {
  const first = await new Tab().open();
  const second = await new Tab().open();
  const stream = await first.stream(1);
  await stream.send("x", 2, place(2));
  expect(second.world.requests).toHaveLength(0);
  expect([first.payloads, second.payloads]).toEqual([[2], [2]]);
  expect(second.client.status.getSnapshot()).toMatchObject({ state: "open", via: "sse" });
  expect([first.client.isLeader, second.client.isLeader]).toEqual([true, false]);
});

it("a tab that comes later knows the status at once, and gets what is new", async () => {
  const first = await new Tab().open();
  const stream = await first.stream(1);
  await stream.send("x", 2, place(2));
  const second = await new Tab().open();
  expect(second.client.status.getSnapshot().state).toBe("open");
  await stream.send("x", 3, place(3));
  expect(second.payloads).toEqual([3]);
});

it("when the leader ends, another one goes on from its place, without a hole or a double", async () => {
  const first = await new Tab().open();
  const second = await new Tab().open();
  const stream = await first.stream(1);
  await stream.send("x", 2, place(2));
  first.client.close();
  await settle();
  expect(second.client.isLeader).toBe(true);
  expect(second.world.request.headers.get("Last-Event-ID")).toBe(place(2));
  const next = await second.stream(2);
  await next.send("x", 2, place(2));
  await next.send("x", 3, place(3));
  expect(second.payloads).toEqual([2, 3]);
  expect(first.payloads).toEqual([2]);
});

it("a follower of a silent channel has a place, too, from the leader's heartbeats", async () => {
  const first = await new Tab().open();
  const second = await new Tab().open();
  const stream = await first.stream(1);
  await stream.send("heartbeat", { timestamp: 1 }, place(50));
  await stream.send("heartbeat", { timestamp: 2 }, place(60));
  first.client.close();
  await settle();
  expect(second.world.request.headers.get("Last-Event-ID")).toBe(place(50));
});

it("a tab that was reloaded asks for what the leader got meanwhile, before it shows what is new", async () => {
  const first = await new Tab().open();
  const stream = await first.stream(1);
  await stream.send("x", 3, place(3));
  const second = await new Tab({ cursorStore: memoryCursor(place(2)) }).open();
  expect(second.world.request.url.searchParams.get("after")).toBe(place(2));
  await stream.send("x", 4, place(4));
  expect(second.payloads).toEqual([]);
  await second.world.request.json({ events: [3, 4].map(logged), cursor: place(4), gap: null });
  await stream.send("x", 5, place(5));
  expect(second.payloads).toEqual([3, 4, 5]);
  expect(second.client.cursor).toBe(place(5));
});

it("a tab that cannot ask for it says that something is missing", async () => {
  const first = await new Tab().open();
  const stream = await first.stream(1);
  const second = await new Tab({ cursorStore: memoryCursor(place(0)) }).open();
  await second.world.request.fail();
  await stream.send("x", 2, place(2));
  expect(second.events.map(({ type }) => type)).toEqual(["gap", "x"]);
});

it("a tab that becomes the leader while it catches up goes on from its own place", async () => {
  const first = await new Tab().open();
  await first.stream(5);
  const second = await new Tab({ cursorStore: memoryCursor(place(2)) }).open();
  const asked = second.world.request;
  first.client.close();
  await settle();
  expect(asked.isAborted).toBe(true);
  expect(second.world.request.headers.get("Last-Event-ID")).toBe(place(2));
});

it("a tab that comes later begins with the newest so many, too, before it shows what is new", async () => {
  const first = await new Tab({ last: 2 }).open();
  expect(first.world.request.url.searchParams.get("last")).toBe("2");
  const stream = await first.stream(1);
  for (const n of [2, 3]) await stream.send("x", n, place(n));
  const second = await new Tab({ last: 2 }).open();
  expect(second.world.request.url.searchParams.get("limit")).toBe("2");
  expect(second.world.request.url.searchParams.has("after")).toBe(false);
  await stream.send("x", 4, place(4));
  expect(second.payloads).toEqual([]);
  await second.world.request.json({ events: [3, 4].map(logged), cursor: place(4), gap: null });
  await stream.send("x", 5, place(5));
  expect(second.payloads).toEqual([3, 4, 5]);
  expect(second.world.requests).toHaveLength(1);
});

it("a tab that becomes the leader before it has the newest so many asks the stream for them", async () => {
  const first = await new Tab({ last: 2 }).open();
  await first.stream(5);
  const second = await new Tab({ last: 2 }).open();
  first.client.close();
  await settle();
  const { url, headers } = second.world.request;
  expect([url.pathname, url.searchParams.get("last")]).toEqual(["/api/events", "2"]);
  expect(headers.has("Last-Event-ID")).toBe(false);
});

it("a tab that comes while the leader has no connection gets the newest so many when it has one", async () => {
  const first = await new Tab({ last: 2 }).open();
  await first.world.request.fail();
  const second = await new Tab({ last: 2 }).open();
  expect(second.client.status.getSnapshot().state).toBe("waiting");
  expect(second.world.requests).toHaveLength(0);
  await pass(1000);
  await first.stream(3);
  await second.world.request.json({ events: [2, 3].map(logged), cursor: place(3), gap: null });
  expect(second.payloads).toEqual([2, 3]);
});

it("users do not share", async () => {
  const ada = await new Tab().open();
  const bob = await new Tab({ name: "bob" }).open();
  const stream = await ada.stream(1);
  await stream.send("x", 2, place(2));
  expect(bob.client.isLeader).toBe(true);
  expect(bob.payloads).toEqual([]);
});

it("without locks or channels each tab has its own connection", async () => {
  const first = new Tab();
  const second = new Tab();
  for (const { world } of [first, second]) world.locks = undefined;
  await first.open();
  await second.open();
  expect([first.client.isLeader, second.client.isLeader]).toEqual([true, true]);
});

it("where the browser refuses the lock the tab has its own connection", async () => {
  const tab = new Tab();
  tab.world.locks = { request: () => Promise.reject(new DOMException("denied", "SecurityError")) };
  await tab.open();
  expect(tab.client.isLeader).toBe(true);
});

it("a follower that is closed hears nothing more, and never becomes the leader", async () => {
  const first = await new Tab().open();
  const second = await new Tab().open();
  const stream = await first.stream(1);
  second.client.close();
  await stream.send("x", 2, place(2));
  first.client.close();
  await pass(60_000);
  expect(second.payloads).toEqual([]);
  expect(second.world.requests).toHaveLength(0);
});

it("a failed connection is tried again for all tabs when any of them wants that", async () => {
  const first = await new Tab().open();
  const second = await new Tab().open();
  await first.world.request.problem(403);
  expect(second.client.status.getSnapshot().state).toBe("failed");
  second.client.open();
  await settle();
  expect(first.world.requests).toHaveLength(2);
});

it("nonsense from another page of the origin is ignored", async () => {
  const first = await new Tab().open();
  await first.stream(1);
  const second = await new Tab().open();
  const stranger = new (browser.channel())("freshet:ada");
  for (const word of [null, 7, "x", {}, { say: "event" }, { say: "state" }, { say: "event", event: { type: 1 } }]) {
    stranger.postMessage(word);
  }
  await settle();
  expect(second.events).toEqual([]);
  expect(second.client.status.getSnapshot().state).toBe("open");
});
