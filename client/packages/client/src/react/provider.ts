import { createContext, createElement, type ReactNode, useContext } from "react";
import { Freshet } from "../index.js";

const FreshetContext = createContext<Freshet | undefined>(undefined);

export interface FreshetProviderProps {
  /** One per user; made outside of components, or once in a `useState`. */
  readonly freshet: Freshet;
  readonly children?: ReactNode;
}

/** Tells the hooks below it where the server is and who the user is. */
export function FreshetProvider({ freshet, children }: FreshetProviderProps): ReactNode {
  return createElement(FreshetContext.Provider, { value: freshet }, children);
}

const pageDefault = new Freshet();

/** The `Freshet` of the provider; without one: the page's own origin, with the cookie. */
export function useFreshet(): Freshet {
  return useContext(FreshetContext) ?? pageDefault;
}
