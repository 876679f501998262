import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Freshet } from "../src/index.js";
import { PresenceList, Room, SharedDocument } from "../src/models/index.js";
import { type FakeRequest, type FakeStream, pass, settle, World } from "./world.js";

let world: World;
let freshet: Freshet;
let close: () => void;
const place = (n: number) => `${n}-0~aaaa`;

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
  freshet = new Freshet({ environment: world });
});

afterEach(async () => {
  close();
  // Connections linger for a moment.
  await pass(1000);
  expect(world.isQuiet).toBe(true);
  vi.useRealTimers();
});

describe("a room", () => {
  let room: Room;

  beforeEach(async () => {
    room = new Room(freshet, "lobby", { maxMessages: 5 });
    close = () => room.close();
    room.open();
    await settle();
    await world.giveTicket();
    await world.socket.connected();
    await world.socket.receive({ type: "joined-room", payload: { room: "lobby" } });
  });

  let n = 10;
  const say = (text: string, id: string, type = "chat-message", more: object = {}) =>
    world.socket.receive({
      type,
      payload: { type, text, id, userId: "bob", userName: "Bob", timestamp: 1, ...more },
      room: "lobby",
      id: place(n++),
      timestamp: 1,
    });
  const texts = () => room.getSnapshot().messages.map(({ payload, state }) => [payload.text, state]);

  it("shows its history, and then what is said, each message once", async () => {
    const history = [{ id: "m1", text: "before", userId: "bob", userName: "Bob", timestamp: 1 }];
    await world.socket.receive({ type: "message-history", payload: history, room: "lobby" });
    await say("now", "m2");
    await say("before", "m1");
    expect(texts()).toEqual([
      ["before", "sent"],
      ["now", "sent"],
    ]);
    expect(room.getSnapshot().messages[0]).toMatchObject({ userId: "bob", userName: "Bob" });
  });

  it("shows one's own message at once, and takes the one that comes back for the same", async () => {
    void room.send("hello");
    expect(texts()).toEqual([["hello", "sending"]]);
    const [sent] = world.socket.of("room-message");
    expect(sent?.payload).toEqual({ type: "chat-message", text: "hello" });
    await say("hello", sent?.id ?? "");
    await world.socket.receive({ type: "ack", payload: { id: sent?.id } });
    expect(texts()).toEqual([["hello", "sent"]]);
    expect(room.getSnapshot().messages[0]?.userId).toBe("bob");
  });

  it("shows messages in the room's order, and one's own behind them until the room tells them", async () => {
    void room.send("mine");
    void room.send("mine too");
    const [first, second] = world.socket.of("room-message");
    await world.socket.receive({ type: "ack", payload: { id: first?.id } });
    await say("theirs", "m1");
    expect(texts()).toEqual([
      ["theirs", "sent"],
      ["mine", "sent"],
      ["mine too", "sending"],
    ]);
    await say("mine", first?.id ?? "");
    await say("theirs again", "m2");
    await say("mine too", second?.id ?? "");
    expect(texts().map(([text]) => text)).toEqual(["theirs", "mine", "theirs again", "mine too"]);
  });

  it("leaves what was answered where it is when the room can no longer tell it", async () => {
    void room.send("mine");
    await world.socket.receive({ type: "ack", payload: { id: world.socket.of("room-message")[0]?.id } });
    await world.socket.receive({ type: "gap", payload: { channel: "room:lobby", reason: "reset" }, id: place(50) });
    await say("later", "m1");
    expect(texts().map(([text]) => text)).toEqual(["mine", "later"]);
  });

  it("keeps a message that was refused, and sends it again under its id", async () => {
    const result = room.send({ text: "hello", colour: "red" });
    const [sent] = world.socket.of("room-message");
    await world.socket.receive({ type: "error", payload: { id: sent?.id, code: "rate-limited", message: "Slow." } });
    expect(await result).toMatchObject({ ok: false });
    expect(room.getSnapshot().messages[0]).toMatchObject({ state: "failed", error: { kind: "rate-limited" } });
    room.retry(sent?.id ?? "");
    expect(world.socket.of("room-message")[1]).toEqual(sent);
    await world.socket.receive({ type: "ack", payload: { id: sent?.id } });
    expect(texts()).toEqual([["hello", "sent"]]);
  });

  it("keeps the newest messages only", async () => {
    for (let i = 0; i < 9; i++) await say(`${i}`, `m${i}`);
    expect(texts().map(([text]) => text)).toEqual(["4", "5", "6", "7", "8"]);
  });

  it("knows who types, until they say something, stop, leave or fall silent", async () => {
    const typing = (userId: string, isTyping = true) =>
      say("", `t${n}`, "user-typing", { isTyping, userId, userName: userId });
    for (const user of ["bob", "carol", "dave", "eve"]) await typing(user);
    expect(room.getSnapshot().typing).toEqual(["bob", "carol", "dave", "eve"]);
    await say("said", "m1");
    await typing("carol", false);
    await world.socket.receive({ type: "user-left", payload: { id: "dave", userId: "dave" }, room: "lobby" });
    expect(room.getSnapshot().typing).toEqual(["eve"]);
    await pass(6000);
    expect(room.getSnapshot().typing).toEqual([]);
  });

  it("says that the user types not with each key, and that they stopped only if they had begun", async () => {
    const said = () => world.socket.of("room-message").map(({ payload }) => payload);
    room.setTyping(false);
    for (let i = 0; i < 10; i++) room.setTyping(true);
    expect(said()).toEqual([{ isTyping: true }]);
    await pass(3000);
    room.setTyping(true);
    room.setTyping(false);
    expect(said()).toEqual([{ isTyping: true }, { isTyping: true }, { isTyping: false }]);
  });

  it("knows who is there, also after a reconnect", async () => {
    expect(world.socket.of("presence")).toHaveLength(1);
    const users = [{ id: "ada", userId: "ada" }];
    await world.socket.receive({ type: "presence", payload: { room: "lobby", users, count: 1 } });
    await world.socket.receive({ type: "user-joined", payload: { id: "bob", userId: "bob" }, room: "lobby" });
    expect(room.getSnapshot().presence).toEqual({ known: true, users: ["ada", "bob"], count: 2 });
    await world.socket.end(1012);
    await pass(1000);
    await world.giveTicket();
    await world.socket.connected();
    await world.socket.receive({ type: "joined-room", payload: { room: "lobby" } });
    expect(world.socket.of("presence")).toHaveLength(1);
  });

  it("says that messages are missing", async () => {
    await world.socket.receive({ type: "gap", payload: { channel: "room:lobby", reason: "trimmed" }, id: place(50) });
    expect(room.getSnapshot().gap).toBe("trimmed");
  });

  it("says that it may not be joined", async () => {
    const [join] = world.socket.of("join-room");
    await world.socket.receive({ type: "error", payload: { id: join?.id, code: "forbidden", message: "No." } });
    expect(room.getSnapshot()).toMatchObject({ state: "refused", error: { kind: "forbidden" } });
  });

  it("is not disturbed by other rooms, nor by nonsense in its own", async () => {
    await world.socket.receive({ type: "chat-message", payload: { id: "m" }, room: "den", id: place(1), timestamp: 1 });
    for (const payload of [null, 7, "x", [], {}, { id: 7 }]) {
      await world.socket.receive({ type: "chat-message", payload, room: "lobby", id: place(n++), timestamp: 1 });
    }
    expect(texts()).toEqual([]);
  });
});

describe("with a stream", () => {
  let stream: FakeStream;
  const requests = (path: string) => world.requests.filter((request) => request.path === path);
  const newest = (path: string): FakeRequest => {
    const request = requests(path).at(-1);
    if (!request) throw new Error(`no request for ${path}`);
    return request;
  };

  async function begin(open: () => void): Promise<void> {
    open();
    await settle();
    stream = await world.request.openStream();
    await stream.init(place(1));
  }

  describe("presence", () => {
    const path = "/api/rooms/den/presence";
    const members = (...users: string[]) => ({
      users: users.map((userId) => ({ id: userId, userId })),
      count: users.length,
    });
    let list: PresenceList;

    beforeEach(async () => {
      list = new PresenceList(freshet, "room:den");
      close = () => list.close();
      await begin(() => list.open());
    });

    it("is who was there, and who came and went while that was asked", async () => {
      await stream.send("user-joined", { id: "carol", userId: "carol" }, place(2));
      await stream.send("user-left", { id: "ada", userId: "ada" }, place(3));
      expect(list.getSnapshot().known).toBe(false);
      await newest(path).json(members("ada", "bob"));
      expect(list.getSnapshot()).toEqual({ known: true, users: ["bob", "carol"], count: 2 });
      await stream.send("user-joined", { id: "bob", userId: "bob" }, place(4));
      expect(list.getSnapshot().count).toBe(2);
      await stream.send("presence-changed", { count: 700 }, place(5));
      expect(list.getSnapshot().count).toBe(700);
    });

    it("is asked for anew after a gap and a reconnect, and an old answer counts no more", async () => {
      const old = newest(path);
      await stream.send("gap", { channel: "room:den", reason: "trimmed" }, place(2));
      expect(requests(path)).toHaveLength(2);
      await newest(path).json(members("bob"));
      await old.json(members("nobody"));
      expect(list.getSnapshot().users).toEqual(["bob"]);
      await stream.end();
      await pass(1000);
      await (await world.request.openStream()).init(place(2));
      expect(requests(path)).toHaveLength(3);
    });

    it("is asked for again where there was no answer", async () => {
      await newest(path).fail();
      await pass(7500);
      await newest(path).json(members("bob"));
      expect(list.getSnapshot().users).toEqual(["bob"]);
    });
  });

  describe("a document", () => {
    const path = "/api/documents/spec";
    let document: SharedDocument<string>;
    const state = () => document.getSnapshot();
    const append = (text: string) => (content: string | null) => (content ?? "") + text;
    const patches = () => requests(`${path}/content`);
    const patch = () => newest(`${path}/content`);

    beforeEach(async () => {
      document = new SharedDocument<string>(freshet, "spec");
      close = () => document.close();
      await begin(() => document.open());
    });

    async function loaded(content: string | null = "a", version = 1): Promise<void> {
      await newest(path).json({ content, version });
    }

    it("is followed before it is read, and an older answer does not undo what the stream said", async () => {
      await stream.send("content-update", { content: "newer", version: 5, userId: "bob" }, place(2));
      await loaded("older", 4);
      expect(state()).toMatchObject({ state: "ready", content: "newer", version: 5 });
    });

    it("shows a change at once, and sends it for the version that it was made on", async () => {
      await loaded();
      document.edit(append("b"));
      await settle();
      expect(state()).toMatchObject({ content: "ab", version: 1, saving: true });
      expect(patch().body).toEqual({ content: "ab" });
      expect(patch().headers.get("If-Match")).toBe('"1"');
      await patch().json({ content: "ab", version: 2 });
      expect(state()).toMatchObject({ content: "ab", version: 2, saving: false });
    });

    it("applies changes again to what somebody else made of it (412)", async () => {
      await loaded();
      document.edit(append("b"));
      await settle();
      await patch().problem(412, { ETag: '"2"' }, "precondition-failed");
      expect(state().content).toBe("ab");
      await loaded("x", 2);
      expect(state().content).toBe("xb");
      expect(patch().body).toEqual({ content: "xb" });
      expect(patch().headers.get("If-Match")).toBe('"2"');
      await patch().json({ content: "xb", version: 3 });
      expect(state()).toMatchObject({ content: "xb", version: 3, saving: false });
    });

    it("does not apply a change twice when its event comes before its answer", async () => {
      await loaded();
      document.edit(append("b"));
      await settle();
      await stream.send("content-update", { content: "ab", version: 2, userId: "me" }, place(2));
      expect(state()).toMatchObject({ content: "ab", version: 2, saving: false });
      document.edit(append("c"));
      await patch().json({ content: "ab", version: 2 });
      expect(state().content).toBe("abc");
      expect(patch().body).toEqual({ content: "abc" });
      expect(patch().headers.get("If-Match")).toBe('"2"');
    });

    it("sends one edit at a time, and the changes made meanwhile together", async () => {
      await loaded();
      for (const letter of "bcd") document.edit(append(letter));
      await settle();
      expect(state().content).toBe("abcd");
      expect(patches()).toHaveLength(1);
      await patch().json({ content: "ab", version: 2 });
      expect(patches()).toHaveLength(2);
      expect(patch().body).toEqual({ content: "abcd" });
    });

    it("repeats an edit of which nobody knows whether it was made under its key", async () => {
      await loaded();
      document.edit(append("b"));
      await settle();
      const first = patch();
      await first.problem(503);
      expect(state()).toMatchObject({ saving: true, error: { kind: "unavailable" } });
      await pass(1000);
      expect(patches()).toHaveLength(2);
      expect(patch().headers.get("Idempotency-Key")).toBe(first.headers.get("Idempotency-Key"));
      await patch().json({ content: "ab", version: 2 });
      document.edit(append("c"));
      await settle();
      expect(patch().headers.get("Idempotency-Key")).not.toBe(first.headers.get("Idempotency-Key"));
      expect(state().error).toBeUndefined();
    });

    it("gives a change up that is not allowed, and shows what stands", async () => {
      await loaded();
      document.edit(append("b"));
      await settle();
      await patch().problem(403, {}, "forbidden");
      expect(state()).toMatchObject({ content: "a", saving: false, error: { kind: "forbidden" } });
      await pass(60_000);
      expect(patches()).toHaveLength(1);
    });

    it("leaves a change out that throws, and keeps the others", async () => {
      await loaded();
      document.edit(() => {
        throw new Error("cannot");
      });
      expect(state()).toMatchObject({ content: "a", error: { kind: "rejected" } });
      document.edit(append("b"));
      await settle();
      expect(state().content).toBe("ab");
      expect(patch().body).toEqual({ content: "ab" });
    });

    it("is read again after a gap, and its versions begin anew after a reset", async () => {
      await loaded("a", 9);
      await stream.send("gap", { channel: "document:spec", reason: "reset" }, place(2));
      await loaded("other", 1);
      expect(state()).toMatchObject({ content: "other", version: 1 });
    });

    it("shows where the others are, until they leave, and tells them not each move", async () => {
      await loaded();
      await stream.send("cursor-move", { userId: "bob", line: 1, column: 2 }, place(2));
      expect(state().cursors.get("bob")).toMatchObject({ line: 1, column: 2 });
      await stream.send("user-left", { id: "bob", userId: "bob" }, place(3));
      expect(state().cursors.size).toBe(0);
      for (let column = 0; column < 10; column++) document.moveCursor(3, column);
      await settle();
      expect(requests(`${path}/cursor`)).toHaveLength(1);
      await newest(`${path}/cursor`).respond(null, { status: 204 });
      await pass(50);
      expect(requests(`${path}/cursor`).map(({ body }) => body)).toEqual([
        { line: 3, column: 0 },
        { line: 3, column: 9 },
      ]);
    });

    it("closed and opened again sends what it had not sent", async () => {
      await loaded();
      document.edit(append("b"));
      await settle();
      const old = patch();
      document.close();
      document.open();
      await settle();
      expect(old.isAborted).toBe(true);
      expect(patches()).toHaveLength(2);
      expect(patch().body).toEqual({ content: "ab" });
    });
  });
});
