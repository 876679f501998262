// @vitest-environment happy-dom
import { createElement, version } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Freshet } from "../../src/index.js";
import {
  FreshetProvider,
  useChannel,
  useChannelPoller,
  useCollaborativeDocument,
  useConnectionStatus,
  useEventSource,
  usePolling,
  usePresence,
  useResilientRealtime,
  useRoom,
  useWebSocket,
} from "../../src/react/index.js";
import { FakeBrowser, type FakeStream, pass, settle, World } from "../world.js";
import { act, type Mounted, mount } from "./harness.js";

let world: World;
let freshet: Freshet;
let mounted: { unmount(): Promise<void> }[];

const place = (n: number) => `${n}-0~aaaa`;

async function show<T>(hook: () => T): Promise<Mounted<T>> {
  const one = await mount(freshet, hook);
  mounted.push(one);
  await act(settle);
  return one;
}

/** What was given with every render but the first, which strict mode does twice, with nothing kept between in React 18. */
const committed = <T>(page: Mounted<T>): T[] => page.results.slice(2);

async function stream(): Promise<FakeStream> {
  const opened = await world.request.openStream();
  await act(() => opened.init(place(1)));
  return opened;
}

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
  freshet = new Freshet({ environment: world });
  mounted = [];
});

afterEach(async () => {
  for (const one of mounted) await one.unmount();
  // A room's socket lingers when the room has lingered.
  await act(() => pass(1000));
  await act(() => pass(1000));
  expect(world.isQuiet).toBe(true);
  vi.useRealTimers();
});

it("is React as the project says", () => {
  expect(version).toMatch(process.env.FRESHET_REACT ?? /^19\./);
});

describe("useChannel", () => {
  it("opens one stream in strict mode, and none in a render", async () => {
    await show(() => useChannel("user:me", {}));
    expect(world.requests).toHaveLength(1);
  });

  it("gives events to the handlers of the last render, without opening again", async () => {
    let n = 0;
    const heard: [number, unknown][] = [];
    const page = await show(() => {
      const render = ++n;
      return useChannel<{ order: number }>("user:me", { order: ({ payload }) => heard.push([render, payload]) });
    });
    const opened = await stream();
    await page.render();
    await page.render();
    const last = n;
    await act(() => opened.send("order", 7, place(2)));
    expect(heard.map(([, payload]) => payload)).toEqual([7]);
    expect(heard[0]).toEqual([last, 7]);
    expect(world.requests).toHaveLength(1);
    expect(page.last).toMatchObject({ state: "open", via: "sse" });
  });

  it("shares the stream with other components that follow the same, in whatever order they say it", async () => {
    await show(() => useChannel(["room:a", "room:b"], {}));
    await show(() => useChannel(["room:b", "room:a"], {}));
    await show(() => useChannel(["room:a"], {}));
    expect(world.requests).toHaveLength(2);
  });

  it("shares the stream with other tabs where the user is known", async () => {
    const browser = new FakeBrowser();
    const tabs = [new World(browser), new World(browser)];
    const pages: Mounted<unknown>[] = [];
    for (const environment of tabs) {
      freshet = new Freshet({ environment, identity: "ada" });
      pages.push(await show(() => useChannel("user:me", {})));
    }
    expect(tabs.map(({ requests }) => requests.length)).toEqual([1, 0]);
    for (const page of pages) await page.unmount();
    await act(() => pass(1000));
    expect(tabs.map(({ isQuiet }) => isQuiet)).toEqual([true, true]);
  });

  it("lets the stream go when nobody wants it any more, but not for a change of page", async () => {
    const first = await show(() => useChannel("user:me", {}));
    await stream();
    await first.unmount();
    await act(() => pass(500));
    const second = await show(() => useChannel("user:me", {}));
    expect(world.requests).toHaveLength(1);
    expect(second.last.state).toBe("open");
    await second.unmount();
    await act(() => pass(1000));
    expect(world.request.isAborted).toBe(true);
    expect(world.isQuiet).toBe(true);
  });

  it("follows another channel when it is told to, and hears nothing of the old one", async () => {
    let channel = "room:a";
    const heard: unknown[] = [];
    const page = await show(() => useChannel(channel, { "*": ({ payload }) => heard.push(payload) }));
    const old = await stream();
    channel = "room:b";
    await page.render();
    await act(settle);
    expect(world.request.url.searchParams.get("channels")).toBe("room:b");
    await act(() => old.send("x", "old", place(2)));
    const opened = await stream();
    await act(() => opened.send("x", "new", place(3)));
    expect(heard).toEqual(["new"]);
  });

  it("calls nothing that a type of the server's choice happens to name", async () => {
    const page = await show(() => useChannel("user:me", {}));
    const opened = await stream();
    for (const type of ["constructor", "toString", "__proto__"]) await act(() => opened.send(type, 1, place(2)));
    expect(page.last.state).toBe("open");
  });

  it("hears of a gap", async () => {
    const gaps: string[] = [];
    await show(() => useChannel<Record<never, never>>("user:me", { gap: ({ payload }) => gaps.push(payload.reason) }));
    const opened = await stream();
    await act(() => opened.send("gap", { channel: "user:ada", reason: "reset" }, place(9)));
    expect(gaps).toEqual(["reset"]);
  });
});

it("useEventSource and useResilientRealtime take options in line, and open one stream each", async () => {
  const page = await show(() => useEventSource({ channels: ["user:me"], heartbeatTimeoutMs: 30_000 }, {}));
  await show(() => useResilientRealtime({ channels: ["user:me"], fallbackAfter: 2 }, {}));
  await page.render();
  await act(settle);
  expect(world.requests).toHaveLength(2);
});

it("useChannelPoller calls the newest handlers with what polling brings, and takes options in line", async () => {
  const heard: string[] = [];
  let name = "first";
  const page = await show(() =>
    useChannelPoller<{ order: { id: number } }>(
      { channels: ["user:me", "broadcast:orders"], intervalMs: 2000 },
      { order: ({ payload }) => heard.push(`${name} ${payload.id}`) },
    ),
  );
  const answer = async (n: number, ids: number[]) => {
    const { channel } = /channels\/(?<channel>[^/]+)/.exec(world.request.url.pathname)?.groups ?? {};
    const events = ids.map((id) => {
      return {
        id: place(id),
        channel: decodeURIComponent(channel ?? ""),
        type: "order",
        payload: { id },
        timestamp: id,
      };
    });
    await act(() => world.request.json({ events, cursor: place(n), gap: null }));
  };
  await answer(1, []);
  await answer(1, []);
  expect(page.last).toMatchObject({ state: "open", via: "polling" });
  name = "second";
  await page.render();
  await act(() => pass(2000));
  await answer(2, [2]);
  await answer(3, [3]);
  expect(heard).toEqual(["second 2", "second 3"]);
  expect(world.requests).toHaveLength(4);
});

it("useConnectionStatus shows any client, or none yet", async () => {
  const { value, release } = freshet.share(
    "x",
    () =>
      new (class {
        status = { getSnapshot: () => closed, subscribe: () => () => {} };
        open() {}
        close() {}
      })(),
  );
  const closed = { state: "closed" } as const;
  let client: typeof value | undefined;
  const page = await show(() => useConnectionStatus(client));
  expect(page.last.state).toBe("idle");
  client = value;
  await page.render();
  expect(page.last.state).toBe("closed");
  release();
});

it("useWebSocket opens one socket for all, and sends", async () => {
  const heard: unknown[] = [];
  const page = await show(() => useWebSocket({ ping: ({ payload }) => heard.push(payload) }));
  await show(() => useWebSocket());
  await act(() => world.giveTicket());
  await act(() => world.socket.connected());
  expect(world.sockets).toHaveLength(1);
  expect(page.last.status.state).toBe("open");
  await act(() => world.socket.receive({ type: "ping", payload: 1, channel: "user:ada", id: place(2), timestamp: 1 }));
  expect(heard).toEqual([1]);
  const result = page.last.send({ type: "x", payload: 1 });
  await act(settle);
  await act(() => world.socket.receive({ type: "ack", payload: { id: world.socket.of("x")[0]?.id } }));
  expect(await result).toMatchObject({ ok: true });
  expect(new Set(committed(page).map(({ send }) => send)).size).toBe(1);
});

it("useRoom joins once in strict mode, renders what is said, and leaves", async () => {
  const page = await show(() => useRoom("lobby"));
  await act(() => world.giveTicket());
  await act(() => world.socket.connected());
  expect(world.socket.of("join-room")).toHaveLength(1);
  await act(() => world.socket.receive({ type: "joined-room", payload: { room: "lobby" } }));
  let sending: Promise<unknown> = Promise.resolve();
  await act(async () => {
    sending = page.last.send("hello");
  });
  expect(page.last).toMatchObject({ state: "joined", messages: [{ payload: { text: "hello" }, state: "sending" }] });
  const [sent] = world.socket.of("room-message");
  await act(() => world.socket.receive({ type: "ack", payload: { id: sent?.id } }));
  await act(async () => void (await sending));
  expect(page.last.messages[0]?.state).toBe("sent");
  await page.unmount();
  await act(() => pass(1000));
  expect(world.socket.of("leave-room")).toHaveLength(1);
  await act(() => pass(1000));
  expect(world.socket.closed).toBe(true);
});

it("usePresence renders who is there", async () => {
  const page = await show(() => usePresence("room:den"));
  await stream();
  await act(() => world.request.json({ users: [{ id: "bob", userId: "bob" }], count: 1 }));
  expect(page.last).toEqual({ known: true, users: ["bob"], count: 1 });
});

it("useCollaborativeDocument renders a change at once, and rebases it after a 412", async () => {
  const page = await show(() => useCollaborativeDocument<string[]>("spec"));
  await stream();
  await act(() => world.request.json({ content: ["a"], version: 1 }));
  await act(async () => page.last.edit((lines) => [...(lines ?? []), "mine"]));
  expect(page.last).toMatchObject({ content: ["a", "mine"], saving: true });
  await act(() => world.request.problem(412, {}, "precondition-failed"));
  await act(() => world.request.json({ content: ["a", "theirs"], version: 2 }));
  expect(page.last.content).toEqual(["a", "theirs", "mine"]);
  expect(world.request.headers.get("If-Match")).toBe('"2"');
  await act(() => world.request.json({ content: ["a", "theirs", "mine"], version: 3 }));
  expect(page.last).toMatchObject({ version: 3, saving: false });
  expect(new Set(committed(page).map(({ edit }) => edit)).size).toBe(1);
});

it("usePolling renders data, not answers", async () => {
  let seen = 0;
  const page = await show(() =>
    usePolling<{ n: number }>("/api/stats", {
      intervalMs: 1000,
      parse: (body) => {
        seen++;
        return body as { n: number };
      },
    }),
  );
  expect(world.requests).toHaveLength(1);
  await act(() => world.request.json({ n: 1 }));
  const renders = page.results.length;
  await act(() => pass(1000));
  await act(() => world.request.json({ n: 1 }));
  expect(page.results).toHaveLength(renders);
  expect(page.last).toMatchObject({ polled: { state: "loaded", data: { n: 1 } }, status: { state: "open" } });
  expect(seen).toBe(1);
});

it("usePolling takes what parse gives, null too", async () => {
  const page = await show(() => usePolling<null>("/api/stats", { parse: () => null }));
  await act(() => world.request.json({ n: 1 }));
  expect(page.last.polled).toMatchObject({ state: "loaded", data: null });
});

it("every hook renders on a server, opens nothing there and says that it is idle", () => {
  const states: unknown[] = [];
  const Page = () => {
    states.push(
      useChannel("user:me", {}).state,
      useEventSource({ channels: ["user:me"] }, {}).state,
      useChannelPoller({ channels: ["user:me"] }, {}).state,
      useResilientRealtime({ channels: ["user:me"] }, {}).state,
      useWebSocket().status.state,
      useRoom("lobby").state,
      usePresence("room:lobby").known,
      useCollaborativeDocument("spec").state,
      usePolling("/api/stats").polled.state,
      useConnectionStatus(undefined).state,
    );
    return null;
  };
  const errors = vi.spyOn(console, "error");
  renderToString(createElement(FreshetProvider, { freshet }, createElement(Page)));
  expect(states).toEqual(["idle", "idle", "idle", "idle", "idle", "joining", false, "loading", "empty", "idle"]);
  expect(errors).not.toHaveBeenCalled();
  expect(world.requests).toHaveLength(0);
  expect(world.timers.size).toBe(0);
  errors.mockRestore();
});
