import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type SendResult, type SocketEvent, WebSocketClient, type WebSocketOptions } from "../src/websocket/index.js";
import { pass, settle, World } from "./world.js";

let world: World;
let client: WebSocketClient;
let events: SocketEvent[];

async function dialled(): Promise<void> {
  await settle();
  await world.giveTicket();
}

async function opened(options: WebSocketOptions = {}): Promise<void> {
  client = new WebSocketClient({ environment: world, ...options });
  events = [];
  client.on("*", (event) => events.push(event));
  client.open();
  await dialled();
  await world.socket.connected("1-0~aaaa");
}

/** The connection ends, and the next one begins. */
async function again(code = 1012, cursor = "90-0~aaaa"): Promise<void> {
  await world.socket.end(code);
  await pass(4000);
  await world.giveTicket();
  await world.socket.connected(cursor);
}

const status = () => client.status.getSnapshot();
const roomEvent = (id: string, payload: unknown = id, room = "lobby") => ({
  type: "chat-message",
  payload,
  room,
  id,
  timestamp: 1,
});
const joins = () => world.socket.of("join-room").map(({ payload }) => payload);

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
});

afterEach(async () => {
  client.close();
  await settle();
  expect(world.isQuiet).toBe(true);
  vi.useRealTimers();
});

describe("a connection", () => {
  it("takes a ticket, and is open with connected", async () => {
    client = new WebSocketClient({ environment: world });
    client.open();
    await settle();
    expect(world.request.init.method).toBe("POST");
    await world.giveTicket("secret");
    expect(world.socket.url).toBe("wss://page.example/ws?ticket=secret");
    expect(status().state).toBe("connecting");
    await world.socket.connected();
    expect(status()).toMatchObject({ state: "open", via: "websocket", connectionId: "c1", resumed: false });
    expect(client.userId).toBe("ada");
  });

  it("goes to another origin where it is told to", async () => {
    await opened({ baseUrl: "http://push.example:8080" });
    expect(world.socket.url).toMatch(/^ws:\/\/push\.example:8080\/ws\?ticket=/);
  });

  it("is given up if connected does not come", async () => {
    client = new WebSocketClient({ environment: world, connectTimeoutMs: 5000 });
    client.open();
    await dialled();
    await pass(5000);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "timeout" } });
    expect(world.socket.closed).toBe(true);
  });

  it("asks a quiet server for a sign of life, and is given up without one", async () => {
    await opened({ probeIntervalMs: 25_000, heartbeatTimeoutMs: 60_000 });
    await pass(25_000);
    const [probe] = world.socket.of("unsubscribe");
    expect(probe).toBeDefined();
    await world.socket.receive({ type: "unsubscribed", payload: probe?.payload });
    expect(events).toEqual([]);
    await pass(59_999);
    expect(status().state).toBe("open");
    await pass(1);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "timeout" } });
  });

  it("leaves frames out that are not understood, and says so", async () => {
    await opened();
    for (const frame of ["{not json", "null", "[]", '{"type":7}', '{"type":"gap","payload":{}}', "<html>"]) {
      await world.socket.receive(frame);
    }
    expect(events).toEqual([]);
    expect(status()).toMatchObject({ state: "open", error: { kind: "invalid-message" } });
  });

  it("delivers events of types that nobody knows, with fields that nobody knows", async () => {
    await opened();
    await world.socket.receive({ ...roomEvent("2-0~aaaa"), type: "new-thing", more: 1 });
    expect(events).toMatchObject([{ type: "new-thing", room: "lobby", id: "2-0~aaaa" }]);
  });
});

describe("close codes", () => {
  it.each([1001, 1012, 1006, 1009, 1002, 4008, 4999])("comes back with a new ticket after %d", async (code) => {
    await opened();
    await again(code);
    expect(world.sockets).toHaveLength(2);
    expect(new Set(world.sockets.map(({ url }) => new URL(url).searchParams.get("ticket"))).size).toBe(2);
    expect(status()).toMatchObject({ state: "open", resumed: true });
  });

  it.each([
    [4003, "forbidden"],
    [1007, "rejected"],
  ])("stops after %d", async (closeCode, kind) => {
    await opened();
    await world.socket.end(closeCode);
    expect(status()).toMatchObject({ state: "failed", error: { kind, closeCode } });
    await pass(3_600_000);
    expect(world.sockets).toHaveLength(1);
    expect(await client.send({ type: "x", payload: 1 })).toMatchObject({ ok: false, error: { kind } });
  });

  it("gets a fresh token after 4001, and stops at the second one", async () => {
    const asked: boolean[] = [];
    client = new WebSocketClient({
      environment: world,
      auth: { type: "bearer", token: ({ renew }) => String(asked.push(renew)) },
    });
    client.open();
    await dialled();
    await world.socket.end(4001);
    await pass(1000);
    await world.giveTicket();
    expect(asked).toEqual([false, true]);
    await world.socket.end(4001);
    expect(status()).toMatchObject({ state: "failed", error: { kind: "unauthenticated", closeCode: 4001 } });
    expect(world.sockets).toHaveLength(2);
  });

  it("counts a 4001 after a long time, when a token ends, as the first", async () => {
    await opened();
    await pass(10_000);
    await again(4001);
    await pass(10_000);
    await again(4001);
    expect(status().state).toBe("open");
  });

  it("counts connections that are refused as soon as they are made, connected or not", async () => {
    await opened();
    await again(4001);
    await world.socket.end(4001);
    expect(status().state).toBe("failed");
  });

  it("stays away for half a minute after 4029", async () => {
    await opened();
    await world.socket.end(4029);
    expect(status()).toMatchObject({ state: "waiting", error: { kind: "rate-limited" }, retryAt: Date.now() + 30_500 });
  });

  it("stops where no ticket is given: 403, and 401 twice", async () => {
    client = new WebSocketClient({ environment: world });
    client.open();
    await settle();
    await world.request.problem(401);
    await pass(1000);
    await world.request.problem(401);
    expect(status()).toMatchObject({ state: "failed", error: { kind: "unauthenticated" } });
    client.open();
    await settle();
    await world.request.problem(403, {}, "revoked");
    expect(status()).toMatchObject({ state: "failed", error: { kind: "forbidden" } });
    expect(world.sockets).toHaveLength(0);
  });

  it.each([
    ["<html>", { status: 200, headers: { "Content-Type": "text/html" } }],
    ["{}", { status: 200, headers: { "Content-Type": "application/json" } }],
    ["<html>", { status: 502, headers: { "Content-Type": "text/html" } }],
  ])("tries again where a proxy answers for the ticket service: %s", async (body, init) => {
    client = new WebSocketClient({ environment: world });
    client.open();
    await settle();
    await world.request.respond(body, init);
    expect(status().state).toBe("waiting");
  });
});

describe("rooms and channels", () => {
  it("are joined when connected, and only once for several callers", async () => {
    client = new WebSocketClient({ environment: world });
    const leave = client.join("lobby");
    const leaveToo = client.join("lobby");
    client.open();
    await dialled();
    await world.socket.connected();
    expect(joins()).toEqual([{ room: "lobby" }]);
    leave();
    leave();
    expect(world.socket.of("leave-room")).toEqual([]);
    leaveToo();
    expect(world.socket.of("leave-room")).toMatchObject([{ payload: { room: "lobby" } }]);
    await again();
    expect(joins()).toEqual([]);
  });

  it("go on after a reconnect from the last event of each", async () => {
    await opened();
    client.join("lobby");
    client.join("den");
    client.subscribe("broadcast:orders", "5-0~aaaa");
    await world.socket.receive(roomEvent("7-0~aaaa"));
    await world.socket.receive(roomEvent("8-0~aaaa", 1, "den"));
    await world.socket.receive(roomEvent("9-0~aaaa"));
    await again();
    expect(joins()).toEqual([
      { room: "lobby", after: "9-0~aaaa" },
      { room: "den", after: "8-0~aaaa" },
    ]);
    expect(world.socket.of("subscribe")).toMatchObject([
      { payload: { channel: "broadcast:orders", after: "5-0~aaaa" } },
    ]);
  });

  it("where nobody said a word go on from where the connection began", async () => {
    await opened();
    client.join("lobby");
    await world.socket.receive({ type: "joined-room", payload: { room: "lobby" } });
    await again();
    expect(joins()).toEqual([{ room: "lobby", after: "1-0~aaaa" }]);
  });

  it("that were never joined, because the connection broke, begin with their history", async () => {
    await opened();
    client.join("lobby");
    await again();
    expect(joins()).toEqual([{ room: "lobby" }]);
  });

  it("go on behind a gap, which is told", async () => {
    await opened();
    client.join("lobby");
    await world.socket.receive({ type: "gap", payload: { channel: "room:lobby", reason: "trimmed" }, id: "50-0~bbbb" });
    expect(events).toMatchObject([{ type: "gap", payload: { channel: "room:lobby", reason: "trimmed" } }]);
    await again();
    expect(joins()).toEqual([{ room: "lobby", after: "50-0~bbbb" }]);
  });

  it("deliver what comes twice once", async () => {
    await opened();
    client.join("lobby");
    await world.socket.receive(roomEvent("7-0~aaaa"));
    await again();
    await world.socket.receive(roomEvent("7-0~aaaa"));
    await world.socket.receive(roomEvent("8-0~aaaa"));
    expect(events.map(({ id }) => id)).toEqual(["7-0~aaaa", "8-0~aaaa"]);
  });

  it("of which the user's own goes on, too", async () => {
    await opened();
    await again(1012, "91-0~aaaa");
    expect(new URL(world.socket.url).searchParams.get("after")).toBe("1-0~aaaa");
    await world.socket.receive({ type: "x", payload: 1, channel: "user:ada", id: "92-0~aaaa", timestamp: 1 });
    await again();
    expect(new URL(world.socket.url).searchParams.get("after")).toBe("92-0~aaaa");
  });

  it("go on from the same place if the connection broke before what was missed had come", async () => {
    await opened();
    client.join("lobby");
    await world.socket.receive({ type: "joined-room", payload: { room: "lobby" } });
    await world.socket.receive(roomEvent("7-0~aaaa"));
    for (const cursor of ["80-0~aaaa", "90-0~aaaa"]) {
      await again(1006, cursor);
      await world.socket.receive({ type: "joined-room", payload: { room: "lobby" } });
      expect(joins()).toEqual([{ room: "lobby", after: "7-0~aaaa" }]);
      expect(new URL(world.socket.url).searchParams.get("after")).toBe("1-0~aaaa");
    }
  });

  it("that are refused are told, and not asked for again", async () => {
    await opened();
    client.join("secret");
    const [join] = world.socket.of("join-room");
    await world.socket.receive({ type: "error", payload: { id: join?.id, code: "forbidden", message: "No." } });
    expect(events).toMatchObject([{ type: "refused", payload: { room: "secret", error: { kind: "forbidden" } } }]);
    await again();
    expect(joins()).toEqual([]);
  });

  it("that cannot be joined now are asked for a little later, unless nobody wants them any more", async () => {
    await opened();
    client.join("lobby");
    const leave = client.join("den");
    const [lobby, den] = world.socket.of("join-room");
    await world.socket.receive({ type: "error", payload: { id: lobby?.id, code: "unavailable", message: "Soon." } });
    await world.socket.receive({ type: "error", payload: { id: den?.id, code: "rate-limited", message: "Slow." } });
    leave();
    await pass(4500);
    expect(joins()).toEqual([{ room: "lobby" }, { room: "den" }, { room: "lobby" }]);
  });

  it("that are no longer granted are not subscribed to again", async () => {
    await opened();
    client.subscribe("broadcast:orders");
    await world.socket.receive({ type: "unsubscribed", payload: { channel: "broadcast:orders", reason: "forbidden" } });
    await again();
    expect(world.socket.of("subscribe")).toEqual([]);
  });

  it("that one caller gave back after a refusal stay with the next caller", async () => {
    await opened();
    const leave = client.join("lobby");
    const [join] = world.socket.of("join-room");
    await world.socket.receive({ type: "error", payload: { id: join?.id, code: "forbidden", message: "No." } });
    client.join("lobby");
    leave();
    await again();
    expect(joins()).toEqual([{ room: "lobby" }]);
  });
});

describe("messages", () => {
  const ack = (id: string | undefined) => world.socket.receive({ type: "ack", payload: { id } });

  async function outcome(promise: Promise<SendResult>): Promise<SendResult | "none yet"> {
    await settle();
    return Promise.race([promise, Promise.resolve("none yet" as const)]);
  }

  it("are answered", async () => {
    await opened();
    const good = client.sendToRoom("lobby", { type: "chat-message", text: "hi" }, { echo: false });
    const bad = client.sendToUser("bob", { text: "hi" });
    const [first] = world.socket.of("room-message");
    const [second] = world.socket.of("direct-message");
    expect(first).toMatchObject({ room: "lobby", payload: { type: "chat-message", text: "hi" }, echo: false });
    expect(first?.id?.length).toBeGreaterThanOrEqual(16);
    expect(second?.payload).toEqual({ text: "hi", to: "bob" });
    expect(await outcome(good)).toBe("none yet");
    await ack(first?.id);
    await world.socket.receive({ type: "error", payload: { id: second?.id, code: "forbidden", message: "No." } });
    expect(await good).toEqual({ ok: true, id: first?.id });
    expect(await bad).toMatchObject({ ok: false, error: { kind: "forbidden", message: "No." } });
  });

  it("time out without an answer, counted from when they were sent", async () => {
    await opened({ ackTimeoutMs: 10_000 });
    await world.socket.end(1006);
    const sent = client.send({ type: "x", payload: 1 });
    await pass(500);
    await pass(9000);
    expect(await outcome(sent)).toBe("none yet");
    await world.giveTicket();
    await world.socket.connected();
    await pass(9999);
    expect(await outcome(sent)).toBe("none yet");
    await pass(1);
    expect(await outcome(sent)).toMatchObject({ ok: false, error: { kind: "timeout" } });
  });

  it("that were not answered are sent again on the next connection, in order and under their ids", async () => {
    await opened();
    const first = client.send({ type: "x", payload: 1 });
    client.send({ type: "x", payload: 2 });
    const ids = world.socket.of("x").map(({ id }) => id);
    await ack(ids[0]);
    expect(await first).toMatchObject({ ok: true });
    await world.socket.end(1006);
    client.send({ type: "x", payload: 3 });
    await pass(1000);
    await world.giveTicket();
    client.join("lobby");
    await world.socket.connected();
    expect(world.socket.sent.map(({ type, payload }) => [type, payload])).toEqual([
      ["join-room", { room: "lobby" }],
      ["x", 2],
      ["x", 3],
    ]);
    expect(world.socket.of("x")[0]?.id).toBe(ids[1]);
  });

  it("wait while there is no connection, up to a bound: the oldest is dropped and reported", async () => {
    client = new WebSocketClient({ environment: world, maxQueued: 2 });
    const dropped: unknown[] = [];
    client.on("dropped", ({ payload: { message, error } }) => dropped.push([message.payload, error.kind]));
    const results = [1, 2, 3, 4].map((payload) => client.send({ type: "x", payload }));
    expect(await outcome(results[0] as Promise<SendResult>)).toMatchObject({ ok: false, error: { kind: "overflow" } });
    expect(dropped).toEqual([
      [1, "overflow"],
      [2, "overflow"],
    ]);
    client.open();
    await dialled();
    await world.socket.connected();
    expect(world.socket.of("x").map(({ payload }) => payload)).toEqual([3, 4]);
  });

  it("that end three connections are refused rather than sent for ever", async () => {
    await opened();
    const poison = client.send({ type: "x", payload: "poison" });
    await again(1009);
    await again(1009);
    expect(world.socket.of("x")).toHaveLength(1);
    await again(1009);
    expect(world.socket.of("x")).toHaveLength(0);
    expect(await poison).toMatchObject({ ok: false, error: { kind: "rejected" } });
  });

  it("that cannot be sent are refused without being sent", async () => {
    await opened();
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(await client.send({ type: "x", payload: cycle })).toMatchObject({ ok: false, error: { kind: "rejected" } });
    const big = client.send({ type: "x", payload: "ü".repeat(65_536) });
    expect(await big).toMatchObject({ ok: false, error: { kind: "rejected" } });
    expect(world.socket.of("x")).toHaveLength(0);
  });

  it("with the id of one that is on its way are refused", async () => {
    await opened();
    const first = client.send({ type: "x", payload: 1, id: "my-own-id-of-16-characters" });
    expect(await client.send({ type: "x", payload: 1, id: "my-own-id-of-16-characters" })).toMatchObject({ ok: false });
    await ack("my-own-id-of-16-characters");
    expect(await first).toMatchObject({ ok: true });
  });

  it("are answered when the client is closed, and from then on", async () => {
    await opened();
    const waiting = client.send({ type: "x", payload: 1 });
    client.close();
    expect(await waiting).toMatchObject({ ok: false, error: { kind: "closed" } });
    expect(await client.send({ type: "x", payload: 1 })).toMatchObject({ ok: false, error: { kind: "closed" } });
  });

  it("are answered when the connection is refused for good", async () => {
    await opened();
    const waiting = client.send({ type: "x", payload: 1 });
    await world.socket.end(4003);
    expect(await waiting).toMatchObject({ ok: false, error: { kind: "forbidden" } });
  });

  it("that are only worth something now are dropped while there is no connection", async () => {
    await opened();
    await world.socket.end(1006);
    client.sendNow({ type: "room-message", room: "lobby", payload: { isTyping: true } });
    await pass(1000);
    await world.giveTicket();
    await world.socket.connected();
    expect(world.socket.sent).toEqual([]);
  });
});

describe("extending", () => {
  const jwt = (claims: object) => `h.${btoa(JSON.stringify(claims))}.s`;

  it("happens after four fifths of what is left of the token, with a fresh one", async () => {
    const asked: boolean[] = [];
    const exp = Math.floor(Date.now() / 1000) + 300;
    const token = ({ renew }: { renew: boolean }) => {
      asked.push(renew);
      return jwt({ exp });
    };
    await opened({ auth: { type: "bearer", token }, heartbeatTimeoutMs: 0, probeIntervalMs: 0 });
    await pass(238_000);
    expect(asked).toEqual([false]);
    await pass(3000);
    expect(asked).toEqual([false, true]);
    await world.giveTicket("fresh");
    expect(world.socket.of("refresh")).toMatchObject([{ payload: { ticket: "fresh" } }]);
    await world.socket.receive({ type: "refreshed", payload: { expiresAt: Date.now() + 1_000_000 } });
    await pass(799_000);
    expect(asked).toHaveLength(2);
    await pass(2000);
    expect(asked).toHaveLength(3);
  });

  it("is not misled by a clock that is a day wrong", async () => {
    world.clockErrorMs = -86_400_000;
    const token = () => jwt({ exp: Math.floor(Date.now() / 1000) + 300 });
    await opened({ auth: { type: "bearer", token }, heartbeatTimeoutMs: 0, probeIntervalMs: 0 });
    await pass(241_000);
    expect(world.request.path).toBe("/api/ws/ticket");
    expect(world.requests).toHaveLength(2);
  });

  it("is tried again soon if no ticket or no answer comes, and the connection stays", async () => {
    await opened({ refreshIntervalMs: 60_000, heartbeatTimeoutMs: 0, probeIntervalMs: 0 });
    await pass(60_000);
    await world.request.problem(503);
    await pass(30_000);
    await world.giveTicket();
    expect(world.socket.of("refresh")).toHaveLength(1);
    await world.socket.receive({ type: "error", payload: { code: "forbidden", message: "Expired." } });
    expect(status()).toMatchObject({ state: "open", error: { kind: "forbidden" } });
    await pass(30_000);
    await world.giveTicket();
    expect(world.socket.of("refresh")).toHaveLength(2);
  });

  it("does not go on from one connection to the next", async () => {
    await opened({ refreshIntervalMs: 60_000, heartbeatTimeoutMs: 0, probeIntervalMs: 0 });
    await pass(59_000);
    await again();
    await pass(30_000);
    expect(world.requests).toHaveLength(2);
  });
});

describe("closing", () => {
  it("while the ticket is on its way opens no socket", async () => {
    client = new WebSocketClient({ environment: world });
    client.open();
    await settle();
    client.close();
    await world.giveTicket();
    expect(world.sockets).toHaveLength(0);
  });

  it("ends everything, and what an old socket says counts no more", async () => {
    await opened();
    client.join("lobby");
    client.close();
    expect(world.isQuiet).toBe(true);
    await world.socket.receive(roomEvent("7-0~aaaa"));
    await world.socket.end(1006);
    await pass(3_600_000);
    expect(events).toEqual([]);
    expect(world.sockets).toHaveLength(1);
    expect(status().state).toBe("closed");
  });

  it("while connected is told leaves nothing half sent", async () => {
    client = new WebSocketClient({ environment: world });
    client.status.subscribe(() => {
      if (client.status.getSnapshot().state === "open") client.close();
    });
    const waiting = client.send({ type: "x", payload: 1 });
    client.open();
    await dialled();
    await world.socket.connected();
    expect(await waiting).toMatchObject({ ok: false, error: { kind: "closed" } });
    expect(world.socket.of("x")).toEqual([]);
  });
});
