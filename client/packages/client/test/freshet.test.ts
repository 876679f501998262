import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Freshet } from "../src/index.js";
import { pass, World } from "./world.js";

let world: World;
let freshet: Freshet;

class Thing {
  opened = 0;
  closed = 0;
  open() {
    this.opened++;
  }
  close() {
    this.closed++;
  }
}

const create = () => new Thing();

beforeEach(() => {
  vi.useFakeTimers();
  world = new World();
  freshet = new Freshet({ environment: world });
});

afterEach(() => {
  vi.useRealTimers();
});

it("what is shared is opened once, and closed a moment after the last one gave it back", async () => {
  const first = freshet.share("x", create);
  const second = freshet.share("x", create);
  expect(first.value).toBe(second.value);
  expect(first.value.opened).toBe(1);
  first.release();
  first.release();
  await pass(5000);
  expect(first.value.closed).toBe(0);
  second.release();
  await pass(999);
  expect(freshet.peek("x")).toBe(first.value);
  await pass(1);
  expect(first.value.closed).toBe(1);
  expect(freshet.peek("x")).toBeUndefined();
});

it("what is wanted again within the moment stays", async () => {
  const first = freshet.share("x", create);
  first.release();
  await pass(500);
  const second = freshet.share("x", create);
  await pass(5000);
  expect(second.value).toBe(first.value);
  expect(second.value.closed).toBe(0);
});

it("what was given back before the end of all does not end what came after it", async () => {
  const old = freshet.share("x", create);
  freshet.close();
  expect(old.value.closed).toBe(1);
  const next = freshet.share("x", create);
  old.release();
  await pass(5000);
  expect(next.value.closed).toBe(0);
  expect(freshet.peek("x")).toBe(next.value);
});
