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

async function openDocument(user: string, id: string): Promise<Page> {
  const page = await edge.open(await edge.signIn(user));
  await page.evaluate((id) => {
    kit.kept.document = new kit.SharedDocument<string[]>(new kit.Freshet(), id);
    kit.kept.document.open();
  }, id);
  await page.waitForFunction(() => kit.kept.document.getSnapshot().state === "ready");
  return page;
}

const write = (page: Page, lines: readonly string[], pauseMs: number) =>
  page.evaluate(
    async ({ lines, pauseMs }) => {
      for (const line of lines) {
        kit.kept.document.edit((content: string[] | null) => [...(content ?? []), line]);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    },
    { lines, pauseMs },
  );

const state = (page: Page): Promise<{ content: string[]; version: number; saving: boolean }> =>
  page.evaluate(() => kit.kept.document.getSnapshot());

it("two edit a document at once, one of them through a break: nobody's edit is lost or there twice", async () => {
  const ada = await openDocument("ada", "plan");
  const ben = await openDocument("ben", "plan");
  const lines = (user: string) => Array.from({ length: 40 }, (_, i) => `${user} ${i + 1}`);
  const writing = Promise.all([write(ada, lines("ada"), 40), write(ben, lines("ben"), 55)]);
  await until("both have edited", async () => {
    const content = (await state(ada)).content ?? [];
    return content.includes("ada 10") && content.includes("ben 10");
  });
  await edge.gateway.cut();
  await writing;
  const done = async (page: Page) => {
    const { content, saving } = await state(page);
    return !saving && content.length >= 80;
  };
  for (const page of [ada, ben]) await until("all is saved and seen", () => done(page));
  await until("they agree", async () => (await state(ada)).version === (await state(ben)).version);
  const [first, second] = [await state(ada), await state(ben)];
  expect(first.content).toHaveLength(80);
  expect(second.content).toEqual(first.content);
  for (const user of ["ada", "ben"]) {
    expect(first.content.filter((line) => line.startsWith(user))).toEqual(lines(user));
  }
  const server = await fetch(`${edge.url}/api/documents/plan`, {
    headers: { Authorization: `Bearer ${edge.token("eve")}` },
  });
  expect(await server.json()).toMatchObject({ content: first.content, version: first.version });
});

it("each sees where the other one is, until they leave", async () => {
  const ada = await openDocument("ada", "map");
  const ben = await openDocument("ben", "map");
  await ada.evaluate(() => kit.kept.document.moveCursor(3, 7));
  await ben.waitForFunction(() => {
    const at = kit.kept.document.getSnapshot().cursors.get("ada");
    return at?.line === 3 && at.column === 7;
  });
  expect(await ada.evaluate(() => [...kit.kept.document.getSnapshot().cursors.keys()])).not.toContain("ben");
  await ada.close();
  await ben.waitForFunction(() => !kit.kept.document.getSnapshot().cursors.has("ada"));
});
