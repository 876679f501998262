import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Edge } from "../stack/edge.js";
import { until } from "../stack/process.js";

let edge: Edge;

beforeAll(async () => {
  edge = await Edge.start({ pods: 1 });
});
afterEach(() => edge.closePages());
afterAll(() => edge?.end());

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const heard = (page: Page) => page.evaluate((): { type: string; payload: unknown }[] => kit.kept.heard);
const counted = async (page: Page) =>
  (await heard(page)).map(({ type, payload }) => (type === "count" ? (payload as number) : type));

/** Waits for so many, and a moment in which no more may come would prove nothing: so one more is sent and must be last. */
async function expectExactly(pages: readonly Page[], channel: string, last: number, first = 1) {
  await edge.publish(channel, "count", last);
  for (const page of pages) {
    await until(`${last} came`, async () => (await counted(page)).includes(last)).catch(async (error) => {
      throw new Error(`${error.message}; came: ${JSON.stringify(await counted(page))}`);
    });
    expect(await counted(page)).toEqual(numbers(first, last));
  }
}

it("six tabs have one connection, and when its tab is closed another one goes on", async () => {
  const context = await edge.signIn("ada");
  const pages: Page[] = [];
  for (const _ of numbers(1, 6)) {
    const page = await edge.open(context);
    pages.push(page);
    await page.evaluate(() => {
      const freshet = new kit.Freshet({ identity: "ada" });
      const { value } = kit.shareChannels(freshet, { channels: ["user:me"] });
      kit.kept.client = value;
      kit.kept.heard = kit.listen(value);
    });
    await page.waitForFunction(() => kit.kept.client.status.getSnapshot().state === "open");
  }
  const isLeader = (page: Page) => page.evaluate((): boolean => kit.kept.client.isLeader);
  const streams = async () => edge.pods[0]?.metric('freshet_connections{transport="sse"');
  await edge.publish("user:ada", "count", ...numbers(1, 9));
  await expectExactly(pages, "user:ada", 10);
  expect(await Promise.all(pages.map(isLeader))).toEqual([true, false, false, false, false, false]);
  expect(await streams()).toBe(1);

  await pages[0]?.close();
  const left = pages.slice(1);
  await edge.publish("user:ada", "count", ...numbers(11, 19));
  await expectExactly(left, "user:ada", 20);
  expect((await Promise.all(left.map(isLeader))).filter(Boolean)).toHaveLength(1);
  await until("there is one connection", async () => (await streams()) === 1);

  // A tab that crashes says nothing.
  const leading = (await Promise.all(left.map(isLeader))).indexOf(true);
  const crashed = left.splice(leading, 1)[0];
  const session = await crashed?.context().newCDPSession(crashed);
  void session?.send("Page.crash").catch(() => {});
  await edge.publish("user:ada", "count", ...numbers(21, 29));
  await expectExactly(left, "user:ada", 30);
});

for (const transport of ["fetchTransport", "nativeTransport"] as const) {
  it(`notifications go on behind a killed pod and a cut connection, by ${transport}`, async () => {
    const page = await edge.open(await edge.signIn(transport));
    await page.evaluate((name) => {
      const client = new kit.EventSourceClient({
        channels: ["user:me"],
        types: ["count"],
        transport: kit[name],
        baseDelayMs: 100,
        maxDelayMs: 500,
      });
      kit.kept.client = client;
      kit.kept.heard = kit.listen(client);
      client.open();
    }, transport);
    const channel = `user:${transport}`;
    const isOpen = () => page.waitForFunction(() => kit.kept.client.status.getSnapshot().state === "open");
    await isOpen();
    await edge.publish(channel, "count", 1, 2, 3);
    await until("they came", async () => (await counted(page)).length === 3);
    await edge.pods[0]?.end();
    await edge.publish(channel, "count", 4, 5, 6);
    edge.pods[0]?.launch();
    await expectExactly([page], channel, 7);
    await edge.gateway.end();
    await edge.publish(channel, "count", 8, 9);
    await edge.gateway.launch();
    await expectExactly([page], channel, 10);
    expect(await page.evaluate(() => kit.kept.client.status.getSnapshot())).toMatchObject({
      via: "sse",
      resumed: true,
    });
  });
}

it("notifications go on after a reload, with a ticket for each stream", async () => {
  const page = await edge.open(await edge.signIn("bea"));
  const follow = () =>
    page.evaluate(() => {
      const client = new kit.EventSourceClient({
        channels: ["user:me", "broadcast:news"],
        auth: { type: "ticket" },
        cursorStore: kit.sessionCursor("bea"),
      });
      kit.kept.client = client;
      kit.kept.heard = kit.listen(client);
      client.open();
    });
  await follow();
  await page.waitForFunction(() => kit.kept.client.status.getSnapshot().state === "open");
  await edge.publish("user:bea", "count", 1, 2);
  await edge.publish("broadcast:news", "count", 3);
  await until("they came", async () => (await counted(page)).length === 3);
  expect((await counted(page)).toSorted()).toEqual([1, 2, 3]);
  await page.reload();
  await page.waitForFunction(() => "kit" in globalThis);
  await edge.publish("user:bea", "count", 4, 5);
  await follow();
  await expectExactly([page], "user:bea", 6, 4);
});

it("offline the page says so, and nothing is missing when it is back", async () => {
  const page = await edge.open(await edge.signIn("cid"));
  await page.evaluate(() => {
    const client = new kit.ResilientClient({ channels: ["user:me"] });
    kit.kept.client = client;
    kit.kept.heard = kit.listen(client);
    client.open();
  });
  const state = (wanted: string) =>
    page.waitForFunction((wanted) => kit.kept.client.status.getSnapshot().state === wanted, wanted);
  await state("open");
  await edge.publish("user:cid", "count", 1, 2);
  await until("they came", async () => (await counted(page)).length === 2);
  await page.context().setOffline(true);
  await state("offline");
  await edge.publish("user:cid", "count", 3, 4, 5);
  await page.context().setOffline(false);
  await state("open");
  await expectExactly([page], "user:cid", 6);
});
