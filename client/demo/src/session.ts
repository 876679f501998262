import { Freshet } from "@freshet/client";
import { Faults } from "./faults/faults";

/** Whom this page can sign in as; a real one has a sign-in. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly token: string;
}

/** Somebody is signed in. */
export interface Session {
  readonly user: User;
  readonly users: readonly User[];
  readonly freshet: Freshet;
  readonly faults: Faults;
  readonly nameOf: (id: string) => string;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const browserFetch: Fetch = (url, init) => fetch(url, init);

/** `./dev up` wrote them; without it there is nobody. */
export async function loadUsers(ask = browserFetch): Promise<readonly User[]> {
  const response = await ask("/dev/users.json", { cache: "no-store" });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()) as readonly User[];
}

export function beginSession(user: User, users: readonly User[]): Session {
  const faults = new Faults(user.id);
  const { environment } = faults;
  const token = async ({ renew }: { renew: boolean }): Promise<string> => {
    if (!renew) return user.token;
    const known = await loadUsers(environment.fetch);
    return known.find(({ id }) => id === user.id)?.token ?? user.token;
  };
  // A fresh ticket for each stream, so that a person sees what becomes of a used one.
  const freshet = new Freshet({ identity: user.id, auth: { type: "ticket", token }, environment });
  const names = new Map(users.map(({ id, name }) => [id, name]));
  remember(user.id);
  return { user, users, freshet, faults, nameOf: (id) => names.get(id) ?? id };
}

export function endSession({ freshet, faults }: Session): void {
  freshet.close();
  faults.close();
  remember(undefined);
}

const key = "freshet-demo:user";

/** For this tab only, so that two tabs can be two people. */
function remember(id: string | undefined): void {
  try {
    if (id === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, id);
  } catch {
    // Storage is denied: a reload asks again.
  }
}

export function rememberedUser(): string | undefined {
  try {
    return sessionStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** A write through Freshet's REST interface, as the signed-in user; fails as the network does. */
export async function post(session: Session, path: string, body: unknown): Promise<unknown> {
  const { environment } = session.faults;
  const response = await environment.fetch(path, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${session.user.token}`,
      "Content-Type": "application/json",
      // So that a repetition is none.
      "Idempotency-Key": environment.randomId(),
    },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Error((answer as { detail?: string } | undefined)?.detail ?? `HTTP ${response.status}`);
  return answer;
}
