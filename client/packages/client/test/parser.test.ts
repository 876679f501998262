import { describe, expect, it } from "vitest";
import { type RawMessage, sseParser } from "../src/sse/parser.js";

function parse(...chunks: string[]): RawMessage[] {
  const messages: RawMessage[] = [];
  const push = sseParser((message) => messages.push(message));
  for (const chunk of chunks) expect(push(chunk)).toBe(true);
  return messages;
}

const none = { id: undefined, retry: undefined };

describe("the text of an event stream", () => {
  it("gives the same messages wherever it is cut, with each kind of line end", () => {
    const lines = ["id: 1", "event: x", "data: a", "data:  b:c", "data", "", ": comment", "retry: 7", "", "data:", ""];
    const expected = [
      { event: "x", data: "a\n b:c\n", id: "1", retry: undefined },
      { event: "message", data: "", id: undefined, retry: 7 },
      { event: "message", data: "", ...none },
    ];
    for (const end of ["\n", "\r\n", "\r"]) {
      // A CR at the very end may be half of a CRLF, so what ends with it is known only with the next character.
      const text = lines.map((line) => line + end).join("") + (end === "\r" ? ":" : "");
      expect(parse(text)).toEqual(expected);
      expect(parse(...text)).toEqual(expected);
      for (let i = 0; i < text.length; i++) expect(parse(text.slice(0, i), text.slice(i))).toEqual(expected);
    }
  });

  it("gives a message that has only an id or a retry, and none that has only a type", () => {
    expect(parse("id: 1\n\nretry: 0\n\nevent: x\n\ndata: y\n\n")).toEqual([
      { event: "message", data: "", id: "1", retry: undefined },
      { event: "message", data: "", id: undefined, retry: 0 },
      { event: "message", data: "y", ...none },
    ]);
  });

  it("takes no id with a NUL, no retry that is no number, and no field that it does not know", () => {
    expect(parse("id: a\0b\nretry: 1s\nretry: 1234567890\nid\nnew: x\ndata: y\u2028z\n\n")).toEqual([
      { event: "message", data: "y\u2028z", id: "", retry: undefined },
    ]);
  });

  it("is refused where one message or line is over a mebibyte, however it is cut", () => {
    const push = sseParser(() => {});
    expect(push("x".repeat(1 << 20))).toBe(true);
    expect(push("x")).toBe(false);
    const other = sseParser(() => {});
    const line = `data: ${"x".repeat(1018)}\n`;
    for (let i = 0; i < 1024; i++) expect(other(line)).toBe(true);
    expect(other(line)).toBe(false);
  });
});
