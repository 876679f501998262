import { expect, it } from "vitest";
import { add, dismiss, markAllRead, markRead, type Notice, noNotices, noticeOf, unread } from "../src/logic/notices";

const notice = (id: string): Notice => ({ id, title: id, text: "", at: 0, tone: "plain" });
const filled = (...ids: string[]) => ids.reduce((all, id) => add(all, notice(id), true), noNotices());

it("keeps each notice once, newest first, unread", () => {
  const notices = filled("1", "2", "1");
  expect(notices.items.map(({ id }) => id)).toEqual(["2", "1"]);
  expect(unread(notices)).toBe(2);
});

it("shows the newest three as toasts, and none for old news or for what was read elsewhere", () => {
  expect(filled("1", "2", "3", "4").toasts).toEqual(["2", "3", "4"]);
  expect(add(noNotices(), notice("1"), false).toasts).toEqual([]);
  expect(add(noNotices(["1"]), notice("1"), true).toasts).toEqual([]);
});

it("takes a toast away without reading it, and with reading it", () => {
  const notices = filled("1", "2");
  const without = dismiss(notices, "1");
  expect(without.toasts).toEqual(["2"]);
  expect(unread(without)).toBe(2);
  const read = markRead(notices, ["1"]);
  expect(read.toasts).toEqual(["2"]);
  expect(unread(read)).toBe(1);
});

it("knows what was read when it comes again after a reload", () => {
  const { read } = markAllRead(filled("1", "2"));
  const again = add(add(noNotices(read), notice("2"), true), notice("3"), true);
  expect(unread(again)).toBe(1);
  expect(again.toasts).toEqual(["3"]);
});

it("bounds what it keeps, and forgets the oldest", () => {
  const ids = Array.from({ length: 700 }, (_, index) => `${index}`);
  const notices = markRead(filled(...ids), ids);
  expect(notices.items).toHaveLength(100);
  expect(notices.read.size).toBe(500);
  expect(notices.read.has("699")).toBe(true);
  expect(unread(notices)).toBe(0);
});

it("says what an event means, whatever its payload is", () => {
  const nameOf = (id: string) => id.toUpperCase();
  const say = (type: string, payload: unknown) => noticeOf({ type, payload, id: "1-0" }, 5, nameOf);
  expect(say("order-completed", { orderId: 7, total: 12.5 })).toMatchObject({
    tone: "order",
    title: "Order 7 is completed",
  });
  expect(say("direct-message", { from: "bob", text: "hi" })).toMatchObject({ title: "A message from BOB", text: "hi" });
  expect(say("gap", { channel: "user:me", reason: "reset" })).toMatchObject({ tone: "gap", id: "gap 5" });
  for (const payload of [null, 1, "x", [], { text: { a: 1 } }]) {
    expect(say("weather", payload)).toMatchObject({ tone: "plain", title: "weather", text: "" });
  }
});
