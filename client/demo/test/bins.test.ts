import { expect, it } from "vitest";
import { Bins, median, niceMaximum } from "../src/logic/bins";

it("counts per second, oldest first, without the second that is not over", () => {
  const bins = new Bins(3);
  for (const at of [10_000, 10_999, 11_000, 12_500, 13_001]) bins.record(at);
  expect(bins.series(13_999)).toEqual([2, 1, 1]);
  expect(bins.series(14_000)).toEqual([1, 1, 1]);
});

it("takes what came late and what came at once into the second that it is told", () => {
  const bins = new Bins(4);
  bins.record(12_000, 30);
  bins.record(10_100);
  expect(bins.series(13_000)).toEqual([0, 1, 0, 30]);
});

it("leaves out what is too old, also after a pause", () => {
  const bins = new Bins(2);
  bins.record(1_000);
  expect(bins.series(60_000)).toEqual([0, 0]);
  bins.record(1_500);
  bins.record(60_000);
  expect(bins.series(61_000)).toEqual([0, 1]);
});

it.each([
  [[0], 4],
  [[4], 4],
  [[4.1], 10],
  [[101, 3], 200],
  [[201], 400],
  [[700], 1000],
])("draws %j on an axis up to %d", (values, most) => {
  expect(niceMaximum(values)).toBe(most);
});

it("has no middle of nothing", () => {
  expect(median([])).toBeUndefined();
  expect(median([9, 1, 5])).toBe(5);
});
