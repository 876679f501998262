import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Edge } from "../stack/edge.js";
import { until } from "../stack/process.js";

let edge: Edge;

beforeAll(async () => {
  edge = await Edge.start();
});
afterEach(() => edge.closePages());
afterAll(() => edge?.end());

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** A page whose token source gives these one after the other, the last one for ever, and notes what it was asked. */
async function openWith(user: string, tokens: readonly (() => string)[]): Promise<{ page: Page; asked: boolean[] }> {
  const asked: boolean[] = [];
  const context = await edge.browser.newContext();
  await context.exposeFunction("nextToken", ({ renew }: { renew: boolean }) => {
    asked.push(renew);
    return tokens[Math.min(asked.length, tokens.length) - 1]?.();
  });
  const page = await edge.open(context);
  page.on("close", () => void context.close());
  await page.evaluate((user) => {
    const token = (globalThis as unknown as { nextToken: import("@freshet/client").TokenSource }).nextToken;
    kit.kept.options = { auth: { type: "bearer", token }, baseDelayMs: 100, maxDelayMs: 500 };
    kit.kept.user = user;
  }, user);
  return { page, asked };
}

for (const name of ["EventSourceClient", "WebSocketClient"] as const) {
  it(`${name} gets a fresh token when the first one ends, and goes on where it was`, async () => {
    const user = name.toLowerCase();
    const { page, asked } = await openWith(user, [() => edge.token(user, { seconds: 7 }), () => edge.token(user)]);
    await page.evaluate((which) => {
      const { kept } = kit;
      kept.heard = [];
      kept.opened = 0;
      const client =
        which === "WebSocketClient"
          ? (new kit.WebSocketClient(kept.options) as unknown as InstanceType<typeof kit.EventSourceClient>)
          : new kit.EventSourceClient({ ...kept.options, channels: ["user:me"] });
      client.on("count", ({ payload }) => kept.heard.push(payload));
      client.status.subscribe(() => {
        if (client.status.getSnapshot().state === "open") kept.opened++;
      });
      client.open();
    }, name);
    const opened = (times: number) => page.waitForFunction((times) => kit.kept.opened >= times, times);
    await opened(1);
    let last = 0;
    const publish = () => edge.publish(`user:${user}`, "count", ++last);
    await until("the connection of the first token ended and the next is open", async () => {
      await publish();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return (await page.evaluate((): number => kit.kept.opened)) >= 2;
    });
    await publish();
    const heard = () => page.evaluate((): number[] => kit.kept.heard);
    await until("all came", async () => (await heard()).includes(last));
    expect(await heard()).toEqual(numbers(1, last));
    expect(asked.length).toBeGreaterThanOrEqual(2);
  });
}

it("a token that is refused is asked for once more, then the status says that the user must sign in", async () => {
  const wrong = () => edge.token("eve", { seconds: -3600 });
  const { page, asked } = await openWith("eve", [wrong]);
  await page.evaluate(() => {
    kit.kept.client = new kit.EventSourceClient({ ...kit.kept.options, channels: ["user:me"] });
    kit.kept.client.open();
  });
  await page.waitForFunction(() => kit.kept.client.status.getSnapshot().state === "failed");
  const { error } = await page.evaluate(() => kit.kept.client.status.getSnapshot());
  expect(error).toMatchObject({ kind: "unauthenticated", status: 401, problem: { status: 401 } });
  expect(asked).toEqual([false, true]);
});

it("a channel that is not granted is refused for good, and the status says which", async () => {
  const { page, asked } = await openWith("eve", [() => edge.token("eve", { channels: [] })]);
  await page.evaluate(() => {
    kit.kept.client = new kit.ResilientClient({ ...kit.kept.options, channels: ["user:me", "room:vault"] });
    kit.kept.client.open();
  });
  await page.waitForFunction(() => kit.kept.client.status.getSnapshot().state === "failed");
  const { error } = await page.evaluate(() => kit.kept.client.status.getSnapshot());
  expect(error).toMatchObject({ kind: "forbidden", status: 403 });
  expect(error.problem.detail).toContain("room:vault");
  expect(asked).toHaveLength(1);
});
