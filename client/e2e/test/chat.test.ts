import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Edge } from "../stack/edge.js";
import { until } from "../stack/process.js";

let edge: Edge;

beforeAll(async () => {
  edge = await Edge.start({ pods: 2 });
});
afterEach(() => edge.closePages());
afterAll(() => edge?.end());

/** A browser in which somebody is in a room. */
async function enter(user: string, room: string, name = user): Promise<Page> {
  const page = await edge.open(await edge.signIn(user, { name }));
  await page.evaluate((room) => {
    const freshet = new kit.Freshet({ baseUrl: "" });
    kit.kept.room = new kit.Room(freshet, room);
    // Delays of production would make the test long.
    kit.kept.lease = freshet.share("socket", () => new kit.WebSocketClient({ baseDelayMs: 200, maxDelayMs: 1000 }));
    kit.kept.socket = kit.kept.lease.value;
    kit.kept.everTyped = [];
    kit.kept.room.subscribe(() => kit.kept.everTyped.push(...kit.kept.room.getSnapshot().typing));
    kit.kept.room.open();
  }, room);
  await page.waitForFunction(() => kit.kept.room.getSnapshot().state === "joined");
  return page;
}

/** `user: text`, in the order shown; a state other than sent is told, too. */
const shown = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    (kit.kept.room as InstanceType<typeof kit.Room>)
      .getSnapshot()
      .messages.map(
        ({ userId, payload, state }) => `${userId}: ${payload.text}${state === "sent" ? "" : ` (${state})`}`,
      ),
  );

/** Types and sends, one after the other, without waiting for answers. */
const say = (page: Page, texts: readonly string[], pauseMs = 50) =>
  page.evaluate(
    async ({ texts, pauseMs }) => {
      const room = kit.kept.room as InstanceType<typeof kit.Room>;
      for (const text of texts) {
        room.setTyping(true);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        void room.send(text);
      }
    },
    { texts, pauseMs },
  );

const lines = (user: string, count: number) => Array.from({ length: count }, (_, i) => `${user} ${i + 1}`);
const by = (user: string, all: readonly string[]) => all.filter((line) => line.startsWith(`${user}: `));

/** Waits until both show all; then both must show exactly that, in one order. */
async function expectAll(pages: readonly Page[], said: Readonly<Record<string, readonly string[]>>) {
  const total = Object.values(said).flat().length;
  for (const page of pages) {
    await until("all messages are there", async () => {
      const all = await shown(page);
      return all.length >= total && !all.some((line) => line.endsWith("(sending)"));
    }).catch(async (error) => {
      throw new Error(`${error.message}: ${(await shown(page)).join("; ")}`);
    });
  }
  const [first = [], ...others] = await Promise.all(pages.map(shown));
  for (const [user, texts] of Object.entries(said)) {
    expect(by(user, first)).toEqual(texts.map((text) => `${user}: ${text}`));
  }
  expect(first).toHaveLength(total);
  for (const other of others) expect(other).toEqual(first);
}

it("two browsers chat while a pod is killed, and see the same", async () => {
  const ada = await enter("ada", "ferry");
  const ben = await enter("ben", "ferry");
  await until("they see each other", () =>
    ada.evaluate(() => kit.kept.room.getSnapshot().presence.users.toSorted().join() === "ada,ben"),
  );
  await say(ada, ["Hello"]);
  await until("ben sees it", async () => (await shown(ben)).length === 1);
  expect(await ben.evaluate(() => kit.kept.everTyped.includes("ada"))).toBe(true);

  const texts = { ada: lines("ada", 40), ben: lines("ben", 40) };
  const talking = Promise.all([say(ada, texts.ada), say(ben, texts.ben)]);
  await until("they are in the middle of it", async () => (await shown(ada)).length > 20);
  const [first, second] = edge.pods;
  await first?.end();
  await until("both are on the other pod", async () => (await second?.metric("freshet_connections{")) === 2);
  first?.launch();
  await first?.ready();
  await talking;
  await expectAll([ada, ben], { ada: ["Hello", ...texts.ada], ben: texts.ben });

  // And once more, with the pod on which they are now.
  const more = Promise.all([say(ada, lines("again", 20)), say(ben, lines("again", 20))]);
  await second?.end();
  second?.launch();
  await more;
  await expectAll([ada, ben], {
    ada: ["Hello", ...texts.ada, ...lines("again", 20)],
    ben: [...texts.ben, ...lines("again", 20)],
  });
  await second?.ready();
});

it("offline one hears of it, may go on writing, and is back with all of it", async () => {
  const cleo = await enter("cleo", "away");
  const dan = await enter("dan", "away");
  await say(dan, ["Before"]);
  await until("cleo sees it", async () => (await shown(cleo)).length === 1);

  await cleo.context().setOffline(true);
  await cleo.waitForFunction(() => kit.kept.socket.status.getSnapshot().state === "offline");
  await say(cleo, lines("cleo", 5));
  await say(dan, lines("dan", 5));
  expect((await shown(cleo)).slice(1)).toEqual(lines("cleo", 5).map((text) => `cleo: ${text} (sending)`));
  await until("dan has his own", async () => (await shown(dan)).filter((line) => !line.endsWith(")")).length === 6);
  expect(await shown(dan)).toHaveLength(6);

  await cleo.context().setOffline(false);
  await expectAll([cleo, dan], { dan: ["Before", ...lines("dan", 5)], cleo: lines("cleo", 5) });
});

it("who comes later sees what was said", async () => {
  const eve = await enter("eve", "late");
  await say(eve, lines("eve", 3));
  await expectAll([eve], { eve: lines("eve", 3) });
  const fay = await enter("fay", "late");
  await expectAll([fay, eve], { eve: lines("eve", 3) });
});
