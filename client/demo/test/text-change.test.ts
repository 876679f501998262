import { expect, it } from "vitest";
import { applyChange, changeOf, moveOffset, offsetAt, placeAt } from "../src/logic/text-change";

it.each([
  ["", "a"],
  ["abc", ""],
  ["one two", "one more two"],
  ["aaa", "aaaa"],
  ["aaaa", "aa"],
  ["same", "same"],
  ["one\ntwo\nthree", "one\nTWO\nthree"],
])("makes %j into %j", (before, after) => {
  expect(applyChange(changeOf(before, after), before)).toBe(after);
});

it("finds its place again where others wrote before it", () => {
  const change = changeOf("red green blue", "red green light blue");
  expect(applyChange(change, "A title\nred green blue")).toBe("A title\nred green light blue");
});

it("keeps both where two wrote at the same place", () => {
  const mine = changeOf("List:\n", "List:\nmine\n");
  expect(applyChange(mine, "List:\ntheirs\n")).toBe("List:\nmine\ntheirs\n");
});

it("loses nothing that was typed where its place is gone, and takes nothing away that is another thing now", () => {
  const change = changeOf("one two three", "one 2 three");
  const result = applyChange(change, "something else");
  expect(result).toContain("2");
  expect(result.replace("2", "")).toBe("something else");
});

it("moves a caret with the text around it", () => {
  const insert = changeOf("abcd", "abXXcd");
  expect([0, 2, 3, 4].map((offset) => moveOffset(insert, offset))).toEqual([0, 2, 5, 6]);
  const remove = changeOf("abcdef", "abf");
  expect([1, 3, 5, 6].map((offset) => moveOffset(remove, offset))).toEqual([1, 2, 2, 3]);
});

it("knows lines and columns, and comes near where a text has fewer", () => {
  expect(placeAt("ab\ncd", 4)).toEqual({ line: 1, column: 1 });
  expect(offsetAt("ab\ncd", 1, 1)).toBe(4);
  expect(offsetAt("ab\ncd", 9, 9)).toBe(5);
  expect(offsetAt("ab\ncd", 0, 9)).toBe(2);
});
