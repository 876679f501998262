import { afterAll, beforeAll, expect, it } from "vitest";
import { Edge } from "../stack/edge.js";
import { until } from "../stack/process.js";

let edge: Edge;

beforeAll(async () => {
  edge = await Edge.start({ holdsStreams: true });
});
afterAll(() => edge?.end());

it("where a proxy holds streams back it polls, and returns when they get through: nothing lost, doubled or moved", async () => {
  const page = await edge.open(await edge.signIn("ada"));
  await page.evaluate(() => {
    const client = new kit.ResilientClient({
      channels: ["user:me", "broadcast:news"],
      connectTimeoutMs: 1500,
      baseDelayMs: 100,
      maxDelayMs: 300,
      fallbackAfter: 2,
      returnAfterMs: 2000,
      maxReturnAfterMs: 4000,
      polling: { intervalMs: 300 },
    });
    kit.kept.client = client;
    kit.kept.heard = kit.listen(client);
    kit.kept.ways = [];
    client.status.subscribe(() => {
      const status = client.status.getSnapshot();
      if (status.state === "open" && kit.kept.ways.at(-1) !== status.via) kit.kept.ways.push(status.via);
    });
    client.open();
  });
  const via = (wanted: string) =>
    page.waitForFunction((wanted) => kit.kept.client.status.getSnapshot().via === wanted, wanted);
  const heard = () => page.evaluate((): { payload: string }[] => kit.kept.heard);
  await via("polling");

  let going = true;
  let last = 0;
  const publishing = (async () => {
    while (going) {
      last++;
      await edge.publish("user:ada", "own", `own ${last}`);
      await edge.publish("broadcast:news", "news", `news ${last}`);
    }
  })();
  await until("some came by polling", async () => (await heard()).length > 20);
  await edge.gateway.letStreamsThrough();
  await via("sse");
  const atReturn = last;
  await until("some came by the stream", async () => last > atReturn + 10);
  going = false;
  await publishing;
  await until("all came", async () => (await heard()).length >= 2 * last).catch(async (error) => {
    throw new Error(`${error.message}: ${(await heard()).length} of ${2 * last}`);
  });
  const payloads = (await heard()).map(({ payload }) => payload);
  for (const kind of ["own", "news"]) {
    expect(payloads.filter((payload) => payload.startsWith(kind))).toEqual(
      Array.from({ length: last }, (_, i) => `${kind} ${i + 1}`),
    );
  }
  expect(payloads).toHaveLength(2 * last);
  expect(await page.evaluate(() => kit.kept.ways)).toEqual(["polling", "sse"]);
});
