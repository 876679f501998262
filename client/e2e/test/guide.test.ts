// The guide's own app, with the packed client, in two browsers.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Edge } from "../stack/edge.js";

let edge: Edge;

beforeAll(async () => {
  edge = await Edge.start();
});
afterAll(() => edge?.end());

/** The app signs in as ada; whoever looks brings the token. */
async function openApp(user: string): Promise<Page> {
  const context = await edge.signIn(user);
  await context.addInitScript(`globalThis.token = ${JSON.stringify(edge.token(user))}`);
  const page = await edge.open(context, "guide");
  await page.getByText("here:").waitFor();
  return page;
}

it("notifications and a chat, as the guide has them", async () => {
  const ada = await openApp("ada");
  const ben = await openApp("ben");
  await ada.getByTitle("open").waitFor({ state: "attached" });
  await edge.publish("user:ada", "invoice-ready", { invoiceId: 7 }, { invoiceId: 8 });
  await ada.getByText("Invoice 8 is ready").waitFor();
  expect(await ada.locator("li").allTextContents()).toEqual(["Invoice 7 is ready", "Invoice 8 is ready"]);

  const here = ada.getByText("2 here: ");
  await here.waitFor();
  expect((await here.textContent())?.replace("2 here: ", "").split(", ").toSorted()).toEqual(["ada", "ben"]);
  await ada.locator("input").pressSequentially("Hello");
  await ben.getByText("ada …").waitFor();
  await ada.keyboard.press("Enter");
  await ben.getByText("ada: Hello").waitFor();
  await ben.locator("input").fill("Hello yourself");
  await ben.keyboard.press("Enter");
  await ada.getByText("ben: Hello yourself").waitFor();
  for (const page of [ada, ben]) {
    const said = (await page.locator("p").allTextContents()).filter((text) => text.includes("Hello"));
    expect(said).toEqual(["ada: Hello", "ben: Hello yourself"]);
  }
});
