// Clients that others wrote, as they come: what they do by themselves must be enough.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { EventSource as NodeEventSource } from "eventsource";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Edge } from "../stack/edge.js";
import { until } from "../stack/process.js";
import { root } from "../stack/service.js";

let edge: Edge;
const ends: (() => void)[] = [];

beforeAll(async () => {
  edge = await Edge.start();
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await edge.closePages();
});
afterAll(() => edge?.end());

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** A program whose output is read, line by line. */
function run(command: readonly string[]): { readonly lines: () => string[]; readonly child: ChildProcess } {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  ends.push(() => child.kill());
  return { child, lines: () => text.split("\n").slice(0, -1) };
}

async function ticketOf(user: string): Promise<string> {
  const headers = { Authorization: `Bearer ${edge.token(user)}` };
  const response = await fetch(`${edge.url}/api/ws/ticket`, { method: "POST", headers });
  return (await response.json()).ticket;
}

/** Events before, while and after all connections are broken; all must come, once each, in order. */
async function throughABreak(user: string, opened: () => Promise<boolean>, heard: () => Promise<number[]>) {
  await until("it is connected", opened);
  const channel = `user:${user}`;
  await edge.publish(channel, "count", ...numbers(1, 5));
  await until("the first ones came", async () => (await heard()).length >= 5);
  await edge.gateway.end();
  await edge.publish(channel, "count", ...numbers(6, 10));
  await edge.gateway.launch();
  await until("it came back", async () => (await heard()).length >= 10);
  await edge.publish(channel, "count", ...numbers(11, 15));
  await until("the last ones came", async () => (await heard()).length >= 15);
  expect(await heard()).toEqual(numbers(1, 15));
}

const keptNumbers = (page: Page) => () => page.evaluate((): number[] => kit.kept.heard);
const keptOpen = (page: Page) => () => page.evaluate((): boolean => kit.kept.open === true);

it("a browser's EventSource, with the cookie", async () => {
  const page = await edge.open(await edge.signIn("native"));
  await page.evaluate(() => {
    const source = new EventSource("/api/events/me");
    kit.kept.heard = [];
    source.addEventListener("init", () => (kit.kept.open = true));
    source.addEventListener("count", ({ data }) => kit.kept.heard.push(JSON.parse(data)));
  });
  await throughABreak("native", keptOpen(page), keptNumbers(page));
});

it("@microsoft/fetch-event-source, with a bearer token", async () => {
  const page = await edge.open(await edge.signIn("nobody"));
  await page.evaluate((token) => {
    kit.kept.heard = [];
    void kit.fetchEventSource("/api/events/me", {
      headers: { Authorization: `Bearer ${token}` },
      openWhenHidden: true,
      // As its documentation has it for a server that ends streams.
      onclose: () => {
        throw new Error("again");
      },
      onmessage: ({ event, data }) => {
        if (event === "init") kit.kept.open = true;
        if (event === "count") kit.kept.heard.push(JSON.parse(data));
      },
    });
  }, edge.token("fetcher"));
  await throughABreak("fetcher", keptOpen(page), keptNumbers(page));
});

it("npm's eventsource, with a bearer token", async () => {
  const headers = { Authorization: `Bearer ${edge.token("node")}` };
  const source = new NodeEventSource(`${edge.url}/api/events/me`, {
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
  });
  ends.push(() => source.close());
  const heard: number[] = [];
  let open = false;
  source.addEventListener("init", () => {
    open = true;
  });
  source.addEventListener("count", ({ data }) => heard.push(JSON.parse(data)));
  await throughABreak(
    "node",
    async () => open,
    async () => heard,
  );
});

it("curl -N, and again with the last id it printed", async () => {
  const headers = ["-H", `Authorization: Bearer ${edge.token("curl")}`];
  const heard = (lines: readonly string[]) =>
    lines.flatMap((line, i) => (line === "event: count" ? [Number(lines[i + 1]?.slice("data: ".length))] : []));
  const first = run(["curl", "-sN", ...headers, `${edge.url}/api/events/me`]);
  await until("the stream is open", async () => first.lines().includes("event: init"));
  await edge.publish("user:curl", "count", 1, 2, 3);
  await until("they came", async () => heard(first.lines()).length === 3);
  first.child.kill();
  await edge.publish("user:curl", "count", 4, 5);
  const id = first
    .lines()
    .findLast((line) => line.startsWith("id: "))
    ?.slice("id: ".length);
  const second = run(["curl", "-sN", ...headers, "-H", `Last-Event-ID: ${id}`, `${edge.url}/api/events/me`]);
  await until("it goes on", async () => heard(second.lines()).length === 2);
  await edge.publish("user:curl", "count", 6);
  await until("it is live", async () => heard(second.lines()).length === 3);
  expect([...heard(first.lines()), ...heard(second.lines())]).toEqual(numbers(1, 6));
});

interface Frame {
  readonly type: string;
  readonly payload: unknown;
  readonly id?: string;
}

it("ws, in a room", async () => {
  const connect = async (user: string) => {
    const url = `${edge.url.replace("http", "ws")}/ws?ticket=${await ticketOf(user)}`;
    const socket = new WebSocket(url, { origin: edge.url });
    ends.push(() => socket.close());
    const frames: Frame[] = [];
    socket.on("message", (data) => frames.push(JSON.parse(String(data))));
    const seen = (type: string) => frames.filter((frame) => frame.type === type);
    await until("it is welcomed", async () => seen("connected").length === 1);
    socket.send(JSON.stringify({ type: "join-room", payload: "ws" }));
    await until("it is in the room", async () => seen("message-history").length === 1);
    return { socket, seen };
  };
  const ada = await connect("ada");
  const ben = await connect("ben");
  for (const n of numbers(1, 20)) {
    ada.socket.send(JSON.stringify({ type: "room-message", room: "ws", payload: { type: "count", n }, id: `m${n}` }));
  }
  await until("all are answered", async () => ada.seen("ack").length >= 20);
  await until("all came", async () => ben.seen("count").length >= 20);
  expect(ben.seen("count").map(({ payload }) => (payload as { n: number }).n)).toEqual(numbers(1, 20));
  expect(ada.seen("ack").map(({ payload }) => (payload as { id: string }).id)).toEqual(
    numbers(1, 20).map((n) => `m${n}`),
  );
});

for (const name of ["ReconnectingWebSocket", "PartySocket"] as const) {
  it(`${name}, with a ticket for each connection and the place it had reached`, async () => {
    const page = await edge.open(await edge.signIn(name));
    await page.evaluate((which) => {
      const { kept, ticket } = kit;
      kept.heard = [];
      let after = "";
      const address = async () => `${location.origin.replace("http", "ws")}/ws?ticket=${await ticket()}${after}`;
      const socket = new kit[which](address, [], { minReconnectionDelay: 100, maxReconnectionDelay: 500 });
      socket.addEventListener("message", (event: { data: string }) => {
        const { type, payload, id } = JSON.parse(event.data);
        if (type === "connected") {
          kept.open = true;
          after ||= `&after=${payload.cursor}`;
        }
        if (type === "count") kept.heard.push(payload);
        if (id) after = `&after=${id}`;
      });
    }, name);
    await throughABreak(name, keptOpen(page), keptNumbers(page));
  });
}

it("Java's HttpClient, by `./dev ws`'s own program", async () => {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin/java") : "java";
  const url = `${edge.url.replace("http", "ws")}/ws?ticket=${await ticketOf("java")}`;
  const { child, lines } = run([java, join(root, "scripts/dev/WebSocketCat.java"), url]);
  const heard = () => lines().map((line) => JSON.parse(line) as Frame);
  await until("it is welcomed", async () => heard().some(({ type }) => type === "connected"));
  child.stdin?.write('{"type":"join-room","payload":"java"}\n');
  await until("it is in the room", async () => heard().some(({ type }) => type === "message-history"));
  for (const n of numbers(1, 5)) {
    child.stdin?.write(`${JSON.stringify({ type: "room-message", room: "java", payload: { type: "count", n } })}\n`);
  }
  await edge.publish("user:java", "count", { n: 6 });
  await until("all came", async () => heard().filter(({ type }) => type === "count").length === 6);
  const own = heard().flatMap(({ type, payload }) => (type === "count" ? [(payload as { n: number }).n] : []));
  // Two channels have no order between them.
  expect(own.filter((n) => n !== 6)).toEqual(numbers(1, 5));
  expect(own).toContain(6);
});
