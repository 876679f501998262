// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { browserEnvironment } from "../src/index.js";

it("the browser's environment tells of network and visibility until nobody wants to know", () => {
  let calls = 0;
  const end = browserEnvironment.watch(() => calls++);
  window.dispatchEvent(new Event("online"));
  window.dispatchEvent(new Event("offline"));
  expect(calls).toBe(2);
  // As a browser does it: to the document, and from there to the window.
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  expect(calls).toBe(3);
  end();
  end();
  window.dispatchEvent(new Event("online"));
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  expect(calls).toBe(3);
});
