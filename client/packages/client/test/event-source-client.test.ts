import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type ConnectionStatus,
  EventSourceClient,
  type EventSourceOptions,
  nativeTransport,
  type SseTransport,
  type StreamEvent,
  sessionCursor,
} from "../src/index.js";
import { pass, settle, World } from "./world.js";

let world: World;
let client: EventSourceClient;
let events: StreamEvent[];
let states: ConnectionStatus["state"][];

function create(options: Partial<EventSourceOptions> = {}): EventSourceClient {
  client = new EventSourceClient({ channels: ["user:me"], environment: world, ...options });
  events = [];
  states = [];
  client.on("*", (event) => events.push(event));
  client.status.subscribe(() => states.push(client.status.getSnapshot().state));
  return client;
}

async function opened(options: Partial<EventSourceOptions> = {}) {
  create(options).open();
  await settle();
  const stream = await world.request.openStream();
  await stream.init("1-0~aaaa");
  return stream;
}

const payloads = () => events.map(({ payload }) => payload);
const status = () => client.status.getSnapshot();

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});

afterEach(() => {
  client.close();
  expect(world.isQuiet).toBe(true);
  vi.useRealTimers();
});

describe("a stream", () => {
  it("asks for its channels, types, newest events and no presence", async () => {
    create({ channels: ["user:me", "room:a"], types: ["x", "y"], last: 20, presence: false }).open();
    await settle();
    expect(world.request.url.pathname).toBe("/api/events");
    expect(Object.fromEntries(world.request.url.searchParams)).toEqual({
      channels: "user:me,room:a",
      types: "x,y",
      last: "20",
      presence: "false",
    });
    expect(world.request.headers.get("Accept")).toBe("text/event-stream");
    expect(world.request.init.credentials).toBe("include");
  });

  it("is open with init, not with the response's head", async () => {
    create().open();
    await settle();
    const stream = await world.request.openStream();
    expect(status().state).toBe("connecting");
    await stream.init("1-0~aaaa", { resumed: true });
    expect(status()).toMatchObject({ state: "open", via: "sse", resumed: true, connectionId: "c1" });
  });

  it("delivers events by type, with id and channel", async () => {
    const stream = await opened();
    const ofType: unknown[] = [];
    client.on("order", ({ payload }) => ofType.push(payload));
    await stream.send("order", { orderId: 7 }, "2-0~aaaa");
    await stream.send("other", 1, "3-0~aaaa");
    expect(ofType).toEqual([{ orderId: 7 }]);
    expect(events[0]).toMatchObject({ type: "order", id: "2-0~aaaa", cursor: "2-0~aaaa", channel: "user:ada" });
    expect(events).toHaveLength(2);
  });

  it("reads messages however their bytes are cut", async () => {
    const stream = await opened();
    const bytes = new TextEncoder().encode(
      'id: 2-0~aaaa\r\nevent: x\r\ndata: {"t":\r\ndata: "ü€😀"}\r\n\r\n: comment\r\n',
    );
    for (const byte of bytes) await stream.write(new Uint8Array([byte]));
    expect(payloads()).toEqual([{ t: "ü€😀" }]);
  });

  it("sends the bearer token, asked for anew at each attempt", async () => {
    let n = 0;
    create({ auth: { type: "bearer", token: async () => `token${++n}` } }).open();
    await settle();
    expect(world.request.headers.get("Authorization")).toBe("Bearer token1");
    expect(world.request.init.credentials).toBe("same-origin");
    await world.request.fail();
    await pass(1000);
    expect(world.request.headers.get("Authorization")).toBe("Bearer token2");
  });

  it("takes a fresh ticket for each attempt", async () => {
    create({ auth: { type: "ticket", channels: ["user:*"] } }).open();
    await settle();
    expect(world.request.body).toEqual({ channels: ["user:*"] });
    await world.giveTicket("first");
    expect(world.request.url.searchParams.get("ticket")).toBe("first");
    await world.request.fail();
    await pass(1000);
    await world.giveTicket("second");
    expect(world.request.url.searchParams.get("ticket")).toBe("second");
  });
});

describe("coming back", () => {
  it("goes on from the last event that was delivered", async () => {
    const stream = await opened();
    await stream.send("x", 1, "2-0~aaaa");
    await stream.end();
    await pass(1000);
    expect(world.request.headers.get("Last-Event-ID")).toBe("2-0~aaaa");
  });

  it("goes on in the middle of a replay that broke", async () => {
    const stream = await opened();
    await stream.send("x", 1, "2-0~aaaa");
    await stream.end();
    await pass(1000);
    const second = await world.request.openStream();
    await second.init("2-0~aaaa", { resumed: true });
    await second.send("x", 2, "3-0~aaaa");
    await second.write("id: 4-0~aaaa\nevent: x\ndata: 3\n");
    await second.end();
    await pass(3000);
    expect(payloads()).toEqual([1, 2]);
    expect(world.request.headers.get("Last-Event-ID")).toBe("3-0~aaaa");
  });

  it("has a place to come back to before any event, from init and heartbeats", async () => {
    const stream = await opened();
    await stream.send("heartbeat", { timestamp: 1 }, "9-0~aaaa");
    expect(events).toEqual([]);
    await stream.end();
    await pass(1000);
    expect(world.request.headers.get("Last-Event-ID")).toBe("9-0~aaaa");
  });

  it("delivers an event once, even if it comes again", async () => {
    const stream = await opened();
    await stream.send("x", 1, "2-0~aaaa");
    await stream.send("x", 1, "2-0~aaaa");
    await stream.end();
    await pass(1000);
    const second = await world.request.openStream();
    await second.init("1-0~aaaa");
    await second.send("x", 1, "2-0~aaaa");
    await second.send("x", 2, "3-0~aaaa");
    expect(payloads()).toEqual([1, 2]);
  });

  it("knows an event by its own place where a cursor has places of several partitions", async () => {
    const stream = await opened();
    await stream.init("1-0~aaaa_1.1-0~aaaa");
    await stream.send("x", 1, "2-0~aaaa_1.1-0~aaaa");
    await stream.send("y", 1, "2-0~aaaa_1.5-0~aaaa");
    expect(events.map(({ id }) => id)).toEqual(["2-0~aaaa", "1.5-0~aaaa"]);
    expect(client.cursor).toBe("2-0~aaaa_1.5-0~aaaa");
  });

  it("tells of a gap, also where its id is one that was seen", async () => {
    const gaps: unknown[] = [];
    const stream = await opened();
    client.on("gap", ({ payload: { channel, reason } }) => gaps.push([channel, reason]));
    await stream.send("x", 1, "2-0~aaaa");
    await stream.send("gap", { channel: "user:ada", reason: "trimmed" }, "2-0~aaaa");
    await stream.send("gap", { channel: "room:a", reason: "a new reason" }, "3-0~aaaa");
    await stream.send("x", 2, "3-0~aaaa");
    expect(gaps).toEqual([
      ["user:ada", "trimmed"],
      ["room:a", "a new reason"],
    ]);
    expect(payloads()).toContain(2);
    expect(client.cursor).toBe("3-0~aaaa");
  });

  it("waits for as long as retry: says, and a random time more", async () => {
    const stream = await opened();
    await stream.send("x", 1, "2-0~aaaa", 4000);
    await stream.end();
    expect(status()).toMatchObject({ state: "waiting", attempt: 1, retryAt: Date.now() + 4500 });
    await pass(4499);
    expect(world.requests).toHaveLength(1);
    await pass(1);
    expect(world.requests).toHaveLength(2);
  });

  it("waits twice as long after each failure, at random and up to the bound", async () => {
    create({ baseDelayMs: 1000, maxDelayMs: 8000 }).open();
    await settle();
    world.chance = 1;
    const delays: number[] = [];
    for (let i = 0; i < 6; i++) {
      await world.request.fail();
      const now = status();
      if (now.state !== "waiting") throw new Error(now.state);
      delays.push(now.retryAt - Date.now());
      await pass(delays.at(-1) ?? 0);
    }
    expect(delays).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
    world.chance = 0.25;
    await world.request.fail();
    expect(status()).toMatchObject({ retryAt: Date.now() + 2000 });
  });

  it("begins anew with short delays only after some time of being open", async () => {
    const again = async (uptimeMs: number) => {
      const stream = await world.request.openStream();
      await stream.init("1-0~aaaa");
      await pass(uptimeMs);
      await stream.end();
      const now = status();
      return now.state === "waiting" ? now.attempt : now.state;
    };
    create().open();
    await settle();
    await world.request.fail();
    await pass(500);
    expect(await again(4999)).toBe(2);
    await pass(1000);
    expect(await again(5000)).toBe(1);
  });

  it("remembers its place over a reload where it is told to", async () => {
    const stream = await opened({ cursorStore: sessionCursor("ada", world) });
    await stream.send("x", 1, "2-0~aaaa");
    client.close();
    create({ cursorStore: sessionCursor("ada", world) }).open();
    await settle();
    expect(world.request.headers.get("Last-Event-ID")).toBe("2-0~aaaa");
    client.close();
    create({ cursorStore: sessionCursor("bob", world) }).open();
    await settle();
    expect(world.request.headers.has("Last-Event-ID")).toBe(false);
  });

  it("works where the browser denies storage, and takes no nonsense from it for a cursor", async () => {
    world.saved.set("freshet:ada", "no cursor\r\nX: y");
    create({ cursorStore: sessionCursor("ada", world) }).open();
    await settle();
    expect(world.request.headers.has("Last-Event-ID")).toBe(false);
    client.close();
    world.storage = {
      getItem: () => {
        throw new Error("denied");
      },
      setItem: () => {
        throw new Error("denied");
      },
    };
    const stream = await opened({ cursorStore: sessionCursor("ada", world) });
    await stream.send("x", 1, "2-0~aaaa");
    expect(payloads()).toEqual([1]);
  });
});

describe("silence, network and page", () => {
  it("gives a stream up that says nothing for longer than the heartbeat's time", async () => {
    const stream = await opened({ heartbeatTimeoutMs: 60_000 });
    await pass(59_000);
    await stream.write(": still here\n\n");
    await pass(59_999);
    expect(status().state).toBe("open");
    await pass(1);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "timeout" } });
    expect(world.requests[0]?.isAborted).toBe(true);
  });

  it("gives an attempt up that has no init in time, as behind a proxy that buffers", async () => {
    create({ connectTimeoutMs: 10_000 }).open();
    await settle();
    await world.request.openStream();
    await pass(10_000);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "timeout" } });
  });

  it("notices at once that a page slept, when it wakes up", async () => {
    await opened({ heartbeatTimeoutMs: 60_000 });
    // A sleeping page: the clock goes on, timers do not.
    vi.setSystemTime(Date.now() + 3_600_000);
    await world.turn({ visible: true });
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "timeout" } });
  });

  it("is offline while the browser is, and comes back with it at once", async () => {
    await opened();
    await world.turn({ online: false });
    expect(status().state).toBe("offline");
    await pass(10_000);
    expect(world.requests).toHaveLength(1);
    await world.turn({ online: true });
    expect(world.requests).toHaveLength(2);
    expect(status().state).toBe("connecting");
  });

  it("tries now and then although the browser says that it is offline, for it may be wrong", async () => {
    world.online = false;
    create({ maxDelayMs: 30_000 }).open();
    await settle();
    await world.request.fail();
    expect(status().state).toBe("offline");
    await pass(30_000);
    expect(world.requests).toHaveLength(2);
  });

  it("does not let somebody wait who looks, unless the server asked for it", async () => {
    create().open();
    await settle();
    await world.request.fail();
    expect(status().state).toBe("waiting");
    await world.turn({ visible: true });
    expect(world.requests).toHaveLength(2);
    await world.request.problem(503, { "Retry-After": "20" });
    await world.turn({ visible: true });
    expect(world.requests).toHaveLength(2);
    await pass(20_000);
    await world.turn({ visible: true });
    expect(world.requests).toHaveLength(3);
  });
});

describe("refusals", () => {
  it("takes unavailable for what it is: later, not before retry:, from the same place", async () => {
    const stream = await opened();
    await stream.end();
    await pass(1000);
    const second = await world.request.openStream();
    await second.send("unavailable", { status: 503, reason: "draining" }, "8-0~aaaa", 7000);
    expect(status()).toMatchObject({
      state: "waiting",
      error: { kind: "unavailable", status: 503, message: "draining" },
    });
    await pass(6999);
    expect(world.requests).toHaveLength(2);
    await pass(2000);
    expect(world.requests).toHaveLength(3);
    expect(world.request.headers.get("Last-Event-ID")).toBe("1-0~aaaa");
  });

  it.each([
    [403, "forbidden"],
    [404, "rejected"],
    [400, "rejected"],
  ])("stops after a %d", async (code, kind) => {
    create().open();
    await settle();
    await world.request.problem(code, {}, "forbidden");
    expect(status()).toMatchObject({ state: "failed", error: { kind, status: code, problem: { detail: "D" } } });
    await pass(3_600_000);
    await world.turn({ visible: true, online: true });
    expect(world.requests).toHaveLength(1);
  });

  it("asks for a fresh token after a 401, once", async () => {
    const asked: boolean[] = [];
    const token = ({ renew }: { renew: boolean }) => {
      asked.push(renew);
      return "t";
    };
    create({ auth: { type: "bearer", token } }).open();
    await settle();
    await world.request.problem(401, {}, "unauthenticated");
    expect(status().state).toBe("waiting");
    await pass(1000);
    await world.request.problem(401, {}, "unauthenticated");
    expect(asked).toEqual([false, true]);
    expect(status()).toMatchObject({ state: "failed", error: { kind: "unauthenticated" } });
    client.open();
    await settle();
    expect(world.requests).toHaveLength(3);
  });

  it.each([
    [429, "30", "rate-limited", 30_000],
    [503, "5", "unavailable", 5000],
    [502, "999999", "unavailable", 300_000],
    [503, "nonsense", "unavailable", 0],
    [503, "-5", "unavailable", 0],
  ])("waits after a %d with Retry-After: %s", async (code, header, kind, floor) => {
    create().open();
    await settle();
    await world.request.problem(code, { "Retry-After": header }, "x");
    expect(status()).toMatchObject({ state: "waiting", error: { kind }, retryAt: Date.now() + floor + 500 });
  });

  it("reads a Retry-After that is a date by the server's clock, not by its own wrong one", async () => {
    world.clockErrorMs = 86_400_000;
    create().open();
    await settle();
    await world.request.problem(503, {
      "Retry-After": "Thu, 01 Jan 2026 00:00:10 GMT",
      Date: "Thu, 01 Jan 2026 00:00:00 GMT",
    });
    expect(status()).toMatchObject({ state: "waiting", error: { retryAfterMs: 10_000 } });
  });

  it("takes a login page with status 200 for no stream, and tries again", async () => {
    create().open();
    await settle();
    await world.request.respond("<html>sign in</html>", { status: 200, headers: { "Content-Type": "text/html" } });
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "invalid-response" } });
  });

  it("tries again if the token cannot be had now", async () => {
    create({
      auth: {
        type: "bearer",
        token: () => {
          throw new Error("offline");
        },
      },
    }).open();
    await settle();
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "network" } });
  });

  it("leaves messages out that are not understood, says so, and does not ask for them again", async () => {
    const stream = await opened();
    await stream.write("id: 2-0~aaaa\nevent: x\ndata: {not json\n\n");
    expect(status()).toMatchObject({ state: "open", error: { kind: "invalid-message" } });
    await stream.send("presence-changed", { count: "many" }, "3-0~aaaa");
    await stream.send("x", 1, "4-0~aaaa");
    expect(payloads()).toEqual([1]);
    expect(client.cursor).toBe("4-0~aaaa");
  });

  it("ends a stream that sends one endless message", async () => {
    const stream = await opened();
    for (let i = 0; i < 17; i++) await stream.write(`data: ${"x".repeat(65_536)}\n`);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "invalid-response" } });
  });

  it("wants nothing more of an answer that is no stream, nor of a refusal's page", async () => {
    create().open();
    await settle();
    await world.request.respond("<html>", { status: 200, headers: { "Content-Type": "text/html" } });
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "invalid-response", status: 200 } });
    expect(world.request.isAborted).toBe(true);
    await pass(1000);
    await world.request.respond("<html>", { status: 502, headers: { "Content-Type": "text/html" } });
    expect(world.requests).toHaveLength(2);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "unavailable", status: 502 } });
    expect(world.request.isAborted).toBe(true);
  });

  it("of a transport of the application's own ends when the transport does", async () => {
    let end = () => {};
    const transport: SseTransport = ({ give }) => {
      give({ event: "init", data: '{"connectionId":"c1","channels":["user:ada"],"resumed":false}', id: "1-0~aaaa" });
      return new Promise((resolve) => {
        end = resolve;
      });
    };
    create({ transport }).open();
    await settle();
    expect(status().state).toBe("open");
    end();
    await settle();
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "network" } });
  });

  it("takes no id for a cursor that could break a header", async () => {
    const stream = await opened();
    await stream.send("x", 1, "2-0~aaaa§");
    expect(client.cursor).toBe("1-0~aaaa");
    expect(payloads()).toEqual([1]);
  });
});

describe("closing", () => {
  it("ends the request, every timer and every callback", async () => {
    const stream = await opened();
    client.close();
    expect(world.request.isAborted).toBe(true);
    expect(world.isQuiet).toBe(true);
    await stream.send("x", 1, "2-0~aaaa");
    expect(events).toEqual([]);
    expect(status().state).toBe("closed");
    await pass(3_600_000);
    expect(world.requests).toHaveLength(1);
  });

  it("from within a listener stops the events that came in the same piece", async () => {
    const stream = await opened();
    client.on("x", () => client.close());
    await stream.write("id: 2-0~aaaa\nevent: x\ndata: 1\n\nid: 3-0~aaaa\nevent: x\ndata: 2\n\n");
    expect(payloads()).toEqual([1]);
    expect(client.cursor).toBe("2-0~aaaa");
  });

  it("while a ticket is on its way opens nothing afterwards", async () => {
    create({ auth: { type: "ticket" } }).open();
    await settle();
    client.close();
    await world.giveTicket();
    await pass(60_000);
    expect(world.requests).toHaveLength(1);
  });

  it("from within the listener that hears of the first attempt makes none", async () => {
    create();
    client.status.subscribe(() => {
      if (client.status.getSnapshot().state === "connecting") client.close();
    });
    client.open();
    await settle();
    expect(world.requests).toHaveLength(0);
    expect(world.isQuiet).toBe(true);
    expect(status().state).toBe("closed");
  });

  it("and opening again, or opening twice, leaves one connection", async () => {
    const stream = await opened();
    client.open();
    await settle();
    expect(world.requests).toHaveLength(1);
    client.close();
    client.open();
    await settle();
    expect(world.requests.filter(({ isAborted }) => !isAborted)).toHaveLength(1);
    await stream.end();
    expect(status().state).toBe("connecting");
  });

  it("lets an error of a listener reach the page, and not the other listeners", async () => {
    const thrown: unknown[] = [];
    const catcher = (error: unknown) => thrown.push(error);
    process.on("uncaughtException", catcher);
    const stream = await opened();
    client.on("x", () => {
      throw new Error("the application's own");
    });
    const heard: unknown[] = [];
    client.on("x", ({ payload }) => heard.push(payload));
    await stream.send("x", 1, "2-0~aaaa");
    await stream.send("x", 2, "3-0~aaaa");
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve));
    process.off("uncaughtException", catcher);
    expect(heard).toEqual([1, 2]);
    expect(thrown).toHaveLength(2);
    expect(status().state).toBe("open");
    vi.useFakeTimers();
  });
});

describe("over a native EventSource", () => {
  const native = { transport: nativeTransport, types: ["order"] };

  it("hears the types that were named and Freshet's own", async () => {
    create(native).open();
    await settle();
    const [source] = world.sources;
    expect(source?.init.withCredentials).toBe(true);
    expect(source?.types).toEqual(expect.arrayContaining(["order", "gap", "heartbeat", "init", "unavailable"]));
    await source?.receive(
      "init",
      { connected: true, connectionId: "c", channels: ["user:ada"], resumed: false },
      "1-0~a",
    );
    await source?.receive("order", { orderId: 7 }, "2-0~a");
    expect(payloads()).toEqual([{ orderId: 7 }]);
  });

  it("comes back with a fresh ticket and the cursor, and one source at a time", async () => {
    create({ ...native, auth: { type: "ticket" } }).open();
    await settle();
    await world.giveTicket("first");
    expect(new URL(world.sources[0]?.url ?? "", "https://x").searchParams.get("ticket")).toBe("first");
    await world.sources[0]?.receive("order", 1, "2-0~a");
    await world.sources[0]?.fail();
    expect(world.sources[0]?.readyState).toBe(2);
    await pass(1000);
    await world.giveTicket("second");
    const second = new URL(world.sources[1]?.url ?? "", "https://x").searchParams;
    expect(second.get("ticket")).toBe("second");
    expect(second.get("lastEventId")).toBe("2-0~a");
    await world.sources[0]?.receive("order", 2, "3-0~a");
    expect(payloads()).toEqual([1]);
  });

  it("draws its own pause after unavailable, whose retry: it cannot see", async () => {
    create(native).open();
    await settle();
    await world.sources[0]?.receive("unavailable", { status: 503, reason: "draining" });
    expect(status()).toMatchObject({ state: "waiting", retryAt: Date.now() + 6000 + 500 });
  });

  it("stops where it cannot work: with bearer tokens", async () => {
    create({ ...native, auth: { type: "bearer", token: () => "t" } }).open();
    await settle();
    expect(status()).toMatchObject({ state: "failed", error: { kind: "rejected" } });
  });
});
