// Pictures of every view, light and dark, on a laptop and on a phone, from a running `./dev up`: into screenshots/,
// which git ignores. Two people are there, and while one looks the other writes. Fails if the console says an error, if a
// page is wider than its window, or if something that was broken by a button does not come back.
//
//   npm run screenshots -w freshet-demo [-- http://localhost:8080 [laptop | phone | faults]]

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const base = process.argv[2] ?? "http://localhost:8080";
/** Only a part of it; undefined: all. */
const only = process.argv[3];
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const folder = fileURLToPath(new URL("../screenshots/", import.meta.url));
const patienceMs = 180_000;
const sizes = {
  laptop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
};
const views = ["dashboard", "chat", "document", "orders", "notifications", "connections"];
const problems = [];
/** Runs follow each other, and histories remember. */
const run = Date.now() % 10_000;

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Debian's has no IPv6 everywhere.
    "--host-resolver-rules=MAP localhost 127.0.0.1",
  ],
});

async function person(name, options = {}) {
  const context = await browser.newContext({ ...sizes.laptop, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  page.on("console", (message) => {
    // The browser itself writes down what the buttons break: requests that were refused on purpose.
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (page.breaking && /Failed to load resource/.test(message.text())) return;
    problems.push(`${name}, console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${name}, error: ${error.message}`));
  await page.goto(base);
  await page.getByRole("heading", { name: "Who are you today?" }).waitFor();
  return page;
}

async function signIn(page, who) {
  await page.getByRole("button", { name: who }).click();
  await page.getByRole("navigation", { name: "Views" }).waitFor();
}

async function show(page, view) {
  await page.locator(`.nav-${view} a`).click();
  await page.waitForTimeout(300);
}

async function shoot(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) problems.push(`${name}: the page is ${wide} px wider than its window`);
  await page.screenshot({ path: `${folder}${name}.png` });
  console.log(name);
}

/** Waits until every light on the rail has one of these tones. */
async function lights(page, tones, why) {
  const want = tones.map((tone) => `tone-${tone}`);
  await page
    .waitForFunction(
      (wanted) => {
        const chips = [...document.querySelectorAll(".lights .chip")];
        return chips.length > 1 && chips.every((chip) => wanted.some((tone) => chip.classList.contains(tone)));
      },
      want,
      { timeout: patienceMs },
    )
    .catch(() => problems.push(`${why}: the lights are not all ${tones.join(" or ")}`));
}

async function anyLight(page, tone, why) {
  await page
    .locator(`.lights .chip.tone-${tone}`)
    .first()
    .waitFor()
    .catch(() => problems.push(`${why}: no light is ${tone}`));
}

const bob = await person("bob");
const alice = await person("alice");
await shoot(alice, "sign-in-laptop-light");
await signIn(bob, "Bob Miller");
await signIn(alice, "Alice Weaver");

// Something to look at.
await lights(alice, ["good"], "after the sign-in");
await alice.locator(".traffic label", { hasText: /^20$/ }).click();
await show(bob, "chat");
for (const text of ["Morning! The river is high today.", "Did the last order go out?"]) {
  await bob.getByLabel("Your message").fill(text);
  await bob.getByRole("button", { name: "Send", exact: true }).click();
}
await show(alice, "chat");
await alice.getByText("Did the last order go out?").last().waitFor();
for (const text of ["It did, an hour ago.", "I will complete the next one in a minute, watch the dashboard."]) {
  await alice.getByLabel("Your message").fill(text);
  await alice.getByRole("button", { name: "Send", exact: true }).click();
}
await bob.getByText("watch the dashboard").last().waitFor();

await show(alice, "document");
const paper = alice.getByLabel("Text of the document");
await paper.waitFor();
await alice.waitForFunction(() => !document.querySelector("textarea")?.disabled);
await paper.fill(
  "Present: Alice, Bob\n\n1. The gauge at the bridge reads 2.4 m; it was 1.9 m yesterday.\n2. Orders leave before noon.\n3. Next meeting: Thursday, nine o'clock.\n",
);
await alice.getByText(/Version \d+, saved/).waitFor();
alice.breaking = true;
await alice.getByRole("button", { name: "Add a line while somebody else does" }).click();
await alice.getByText(/Refused with 412 and made again/).waitFor();
await alice.waitForFunction(() => {
  const { value } = document.querySelector("textarea");
  return value.includes("A line by somebody else") && value.includes("A line by Alice Weaver");
});
alice.breaking = false;
console.log("412: both lines are there");

await show(alice, "orders");
for (const _ of [1, 2, 3]) {
  await alice.getByRole("button", { name: "Complete", exact: true }).click();
  await alice.getByText("done, said the service").waitFor();
}
await show(bob, "notifications");
await bob.getByRole("combobox").selectOption({ label: "Alice Weaver" });
await bob.getByRole("textbox", { name: "Text" }).fill("Can you look at item 2?");
await bob.getByRole("button", { name: "Send", exact: true }).click();
await bob.getByText("Alice Weaver has it.").waitFor();
await shoot(alice, "toasts-laptop-light");
await show(bob, "document");
const others = bob.getByLabel("Text of the document");
await bob.waitForFunction(() => document.querySelector("textarea")?.value.includes("Orders leave"));

async function pointTo(page) {
  const cursor = page.getByText(/Bob Miller is in line/);
  await others.focus();
  await others.press("ControlOrMeta+Home");
  for (let move = 0; move < 20 && !(await cursor.isVisible()); move++) {
    await others.press(move < 3 ? "ArrowDown" : "ArrowRight");
    await page.waitForTimeout(500);
  }
  if (!(await cursor.isVisible())) problems.push("no cursor of the other");
}

for (const [size, options] of Object.entries(sizes)) {
  if ((only ?? size) !== size) continue;
  for (const colorScheme of ["light", "dark"]) {
    const page = size === "laptop" ? alice : await person(`${size} ${colorScheme}`, { ...options, colorScheme });
    await page.emulateMedia({ colorScheme });
    if (page !== alice) {
      await shoot(page, `sign-in-${size}-${colorScheme}`);
      await signIn(page, "Alice Weaver");
    }
    for (const view of views) {
      await show(page, view);
      if (view === "dashboard") {
        await page.locator(".traffic label", { hasText: /^20$/ }).click();
        await page.waitForTimeout(size === "laptop" ? 15_000 : 8000);
      } else if (view === "chat") {
        await show(bob, "chat");
        await page.getByText("watch the dashboard").last().waitFor();
        await bob.getByLabel("Your message").pressSequentially("And");
        await page.getByText("Bob Miller is typing").waitFor();
      } else if (view === "document") {
        await show(bob, "document");
        await bob.waitForFunction(() => document.querySelector("textarea")?.value.includes("Orders leave"));
        await pointTo(page);
      } else if (view === "orders") {
        await page.getByRole("button", { name: "Complete", exact: true }).click();
        await page.getByText("done, said the service").waitFor();
        await page.locator(".events li").nth(1).waitFor();
      }
      await shoot(page, `${view}-${size}-${colorScheme}`);
    }
    if (page !== alice) await page.context().close();
  }
}

// Every button that breaks something, and what becomes of it.
async function breakThings() {
  await alice.emulateMedia({ colorScheme: "light" });
  await show(alice, "chat");
  await lights(alice, ["good"], "before anything was broken");
  alice.breaking = true;

  await alice.getByRole("button", { name: "Drop the connections" }).click();
  await anyLight(alice, "busy", "drop");
  await shoot(alice, "broken-dropped");
  await lights(alice, ["good"], "drop");
  console.log("dropped: back");

  await alice.getByRole("button", { name: "Kill the tickets" }).click();
  await alice.locator(".wire-list").getByText("closed with 4001").first().waitFor();
  await shoot(alice, "broken-tickets");
  await lights(alice, ["good"], "tickets");
  console.log("used tickets: back");

  await alice.getByRole("switch", { name: "Offline" }).click();
  await anyLight(alice, "bad", "offline");
  await alice.getByLabel("Your message").fill(`Written on the train, in tunnel ${run}.`);
  await alice.getByRole("button", { name: "Send", exact: true }).click();
  await alice.getByText("1 message waits").waitFor();
  await shoot(alice, "broken-offline");
  await show(bob, "chat");
  if (await bob.getByText(`in tunnel ${run}`).count()) problems.push("a message came from somebody who is offline");
  await bob.getByLabel("Your message").fill(`Are you there? ${run}`);
  await bob.getByRole("button", { name: "Send", exact: true }).click();
  await alice.getByRole("switch", { name: "Offline" }).click();
  await bob.getByText(`in tunnel ${run}`).waitFor();
  await alice.getByText(`Are you there? ${run}`).waitFor();
  await lights(alice, ["good"], "offline");
  await shoot(alice, "mended-offline");
  console.log("offline: back, and the message that waited is there");

  await alice.getByRole("switch", { name: "Block event streams" }).click();
  await alice.locator(".lights li", { hasText: "Notifications" }).getByText("Polling", { exact: true }).waitFor();
  await shoot(alice, "broken-streams");
  await bob.locator(".nav-notifications a").click();
  await bob.getByRole("combobox").selectOption({ label: "Alice Weaver" });
  await bob.getByRole("textbox", { name: "Text" }).fill(`By polling, too? ${run}`);
  await bob.getByRole("button", { name: "Send", exact: true }).click();
  await alice.locator(".toast", { hasText: `By polling, too? ${run}` }).waitFor();
  await alice.getByRole("switch", { name: "Block event streams" }).click();
  await alice
    .locator(".lights li", { hasText: "Notifications" })
    .getByText("SSE", { exact: true })
    .waitFor({ timeout: 150_000 });
  console.log("streams: polling, and back to SSE");

  await show(alice, "dashboard");
  await alice.locator(".choice label", { hasText: /^Polling$/ }).click();
  await alice.locator(".feed-status .chip", { hasText: "Polling" }).waitFor();
  await alice.locator(".traffic label", { hasText: /^20$/ }).click();
  await alice.waitForTimeout(12_000);
  const freshness = await alice.locator(".figures strong").textContent();
  if (!/ ms/.test(freshness ?? "")) problems.push("no event came by polling");
  await shoot(alice, "dashboard-polling");
}

if ((only ?? "faults") === "faults") await breakThings();
await browser.close();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length ? 1 : 0;
