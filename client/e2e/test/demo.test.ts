// The page of `./dev up`, served by its proxy's own configuration.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { Edge } from "../stack/edge.js";

let edge: Edge;
let alice: Page;
let bob: Page;
/** What pages wrote to their consoles that nobody broke. */
const complaints: string[] = [];
let breaking = false;

beforeAll(async () => {
  edge = await Edge.start({ demo: true });
  const folder = join(inject("stack").base.folder, "page-users");
  mkdirSync(folder, { recursive: true });
  const users = ["Alice", "Bob"].map((name) => {
    const id = name.toLowerCase();
    const publish = [`user:${id}`, "room:*", "broadcast:*"];
    return { id, name, role: "customer", token: edge.token(id, { name, publish }) };
  });
  writeFileSync(join(folder, "users.json"), JSON.stringify(users));
  alice = await signIn(await edge.browser.newContext({ viewport: { width: 390, height: 844 } }), "Alice");
  bob = await signIn(await edge.browser.newContext(), "Bob");
});
afterAll(() => edge?.end());

async function signIn(context: BrowserContext, name: string): Promise<Page> {
  context.setDefaultTimeout(100_000);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (!breaking && ["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(edge.url);
  // By keyboard alone.
  await page.getByRole("button", { name }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("navigation", { name: "Views" }).waitFor();
  return page;
}

/** On a phone some views go by shorter names. */
const show = (page: Page, view: string) => page.locator(`.nav-${view.toLowerCase()} a`).click();

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Your message").fill(text);
  await page.keyboard.press("Enter");
}

/** All that is connected is well; on the view that shows it. */
const allIsWell = (page: Page) =>
  page.waitForFunction(() => {
    const chips = [...document.querySelectorAll(".lights .chip")];
    return chips.length > 1 && chips.every((chip) => chip.classList.contains("tone-good"));
  });

it("a notification comes, and is there in a second tab, too", async () => {
  await show(alice, "Connections");
  await allIsWell(alice);
  await edge.publish("user:alice", "order-completed", { orderId: 4711, total: 12 });
  await alice.locator(".toast", { hasText: "Order 4711 is completed" }).waitFor();
  await show(alice, "Notifications");
  await alice.locator(".inbox li", { hasText: "Order 4711 is completed" }).waitFor();

  const second = await signIn(alice.context(), "Alice");
  await show(second, "Notifications");
  await second.locator(".inbox li", { hasText: "Order 4711 is completed" }).waitFor();
  expect(await second.locator(".inbox li").count()).toBe(1);
  expect(await second.locator(".toast").count(), "old news").toBe(0);
  await second.close();
});

it("two users chat", async () => {
  await show(alice, "Chat");
  await show(bob, "Chat");
  await say(alice, "Did it rise?");
  await bob.locator(".bubble", { hasText: "Did it rise?" }).waitFor();
  await bob.getByLabel("Your message").pressSequentially("It");
  await alice.getByText("Bob is typing").waitFor();
  await say(bob, "It did");
  await alice.locator(".bubble", { hasText: "It did" }).waitFor();
  expect(complaints).toEqual([]);
});

it("what is broken by its buttons comes back, and nothing is missing", async () => {
  breaking = true;
  await show(alice, "Connections");
  await alice.getByRole("button", { name: "Drop the connections" }).click();
  await alice.locator(".wire-list").getByText("closed with 1006").first().waitFor();
  await allIsWell(alice);
  await alice.getByRole("button", { name: "Kill the tickets" }).click();
  await alice.locator(".wire-list").getByText("closed with 4001").first().waitFor();
  await allIsWell(alice);

  await alice.getByRole("switch", { name: "Offline" }).click();
  await alice.locator(".lights .tone-bad").first().waitFor();
  await show(alice, "Chat");
  await say(alice, "From the tunnel");
  await alice.getByText("1 message waits").waitFor();
  await say(bob, "Where are you?");
  await edge.publish("user:alice", "order-completed", { orderId: 4712, total: 12 });
  await show(alice, "Connections");
  await alice.getByRole("switch", { name: "Offline" }).click();
  await bob.locator(".bubble", { hasText: "From the tunnel" }).waitFor();
  await allIsWell(alice);
  await show(alice, "Chat");
  await alice.locator(".bubble", { hasText: "Where are you?" }).waitFor();
  await show(alice, "Notifications");
  await alice.locator(".inbox li", { hasText: "Order 4712 is completed" }).waitFor();
});

it("a network that really breaks is no other case", async () => {
  await edge.gateway.cut();
  await edge.publish("user:alice", "order-completed", { orderId: 4713, total: 12 });
  await alice.locator(".inbox li", { hasText: "Order 4713 is completed" }).waitFor();
  await show(alice, "Chat");
  await say(bob, "Still here");
  await alice.locator(".bubble", { hasText: "Still here" }).waitFor();
  // All that was ever said there: the other tests, which share the services, keep out of the page's room.
  for (const page of [alice, bob]) {
    const said = await page.locator(".bubble").allTextContents();
    expect(said.toSorted()).toEqual(["Did it rise?", "From the tunnel", "It did", "Still here", "Where are you?"]);
  }
});
