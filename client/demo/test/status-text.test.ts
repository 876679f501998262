import { expect, it } from "vitest";
import { duration, statusText, worst } from "../src/logic/status-text";

const error = { kind: "network", message: "The stream ended" } as const;

it("says how events come, since when, and what was left out", () => {
  const open = { state: "open", via: "sse", since: 1000, resumed: true } as const;
  expect(statusText(open, 63_000)).toEqual({
    tone: "good",
    label: "SSE",
    detail: "For 1 min, resumed from where it was",
  });
  expect(statusText({ ...open, error }, 2000).detail).toBe("The stream ended");
});

it("counts down to the next attempt, and not below zero", () => {
  const waiting = { state: "waiting", attempt: 1, retryAt: 5000, error } as const;
  expect(statusText(waiting, 2100).detail).toBe("In 3 s. The stream ended");
  expect(statusText(waiting, 9000).detail).toBe("In 0 s. The stream ended");
});

it("shows the worst of several", () => {
  expect(worst(["good", "busy", "off"])).toBe("busy");
  expect(worst(["good", "bad", "busy"])).toBe("bad");
  expect(worst([])).toBe("off");
});

it("shortens times", () => {
  expect([0, 59_999, 60_000, 3_900_000].map(duration)).toEqual(["0 s", "59 s", "1 min", "1 h 5 min"]);
});
