import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { EventSourceClient, Poller, ResilientClient } from "../src/index.js";

// The environment that is not injected, and bytes that really travel; everything else is tested without them.

let server: Server;
let client: { close(): void };

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const init = (id: string) =>
  `id: ${id}\nevent: init\ndata: {"connected":true,"connectionId":"c","channels":["user:ada"],"resumed":false}\n\n`;
const event = (n: number) => `id: ${n}-0~aaaa\nevent: x\ndata: ${n}\n\n`;

it("a stream that ends is opened again from where it was", async () => {
  const asked: (string | undefined)[] = [];
  const baseUrl = await serve((request, response) => {
    const cursor = request.headers["last-event-id"] as string | undefined;
    asked.push(cursor);
    const begin = Number(cursor?.split("-")[0] ?? 0);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(init(`${begin}-0~aaaa`));
    response.end(event(begin + 1) + event(begin + 2));
  });
  const stream = new EventSourceClient({ channels: ["user:me"], baseUrl, baseDelayMs: 10 });
  client = stream;
  const payloads: unknown[] = [];
  stream.on("x", ({ payload }) => payloads.push(payload));
  stream.open();
  await expect.poll(() => payloads.length).toBeGreaterThanOrEqual(6);
  expect(payloads.slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(asked.slice(0, 3)).toEqual([undefined, "2-0~aaaa", "4-0~aaaa"]);
});

it("a server that is not there, and one that answers 503 with HTML, are polled around", async () => {
  const baseUrl = await serve((request, response) => {
    if (request.url?.startsWith("/api/channels/")) {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end('{"events":[],"cursor":"1-0~aaaa","gap":null}');
    } else {
      response.writeHead(503, { "Content-Type": "text/html" });
      response.end("<html>");
    }
  });
  const resilient = new ResilientClient({ channels: ["user:me"], baseUrl, baseDelayMs: 10, fallbackAfter: 2 });
  client = resilient;
  resilient.open();
  await expect.poll(() => resilient.status.getSnapshot()).toMatchObject({ state: "open", via: "polling" });
});

it("a poller goes by ETags", async () => {
  const answers: number[] = [];
  const baseUrl = await serve((request, response) => {
    const fresh = request.headers["if-none-match"] === '"1"';
    answers.push(fresh ? 304 : 200);
    response.writeHead(fresh ? 304 : 200, { ETag: '"1"', "Content-Type": "application/json" });
    response.end(fresh ? undefined : '{"n":1}');
  });
  const poller = new Poller({ path: "/api/stats", baseUrl, intervalMs: 100 });
  client = poller;
  poller.open();
  await expect.poll(() => answers.length).toBeGreaterThanOrEqual(3);
  expect(answers.slice(0, 3)).toEqual([200, 304, 304]);
  expect(poller.getSnapshot()).toMatchObject({ data: { n: 1 } });
});
