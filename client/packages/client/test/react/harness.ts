import { act, createElement, type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import type { Freshet } from "../../src/index.js";
import { FreshetProvider } from "../../src/react/index.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** A mounted hook: what it gave with each render. */
export interface Mounted<T> {
  readonly results: T[];
  readonly last: T;
  render(): Promise<void>;
  unmount(): Promise<void>;
}

/** Mounts a component that does nothing but to call a hook, in strict mode. */
export async function mount<T>(freshet: Freshet, hook: () => T): Promise<Mounted<T>> {
  const results: T[] = [];
  const Component = (): ReactNode => {
    results.push(hook());
    return null;
  };
  const root: Root = createRoot(document.createElement("div"));
  const page = () =>
    createElement(StrictMode, null, createElement(FreshetProvider, { freshet }, createElement(Component)));
  const render = () => act(async () => root.render(page()));
  await render();
  return {
    results,
    get last() {
      return results.at(-1) as T;
    },
    render,
    unmount: () => act(async () => root.unmount()),
  };
}

export { act };
