import { json, request } from "../core/access.js";
import { unexpected } from "../core/errors.js";
import type { Readable } from "../core/store.js";
import type { Freshet, Opens } from "../shared/freshet.js";
import { shareChannels } from "../shared/leases.js";
import { accessOf } from "../sse/event-source-client.js";
import { isRecord } from "../wire/json.js";
import type { PresenceSnapshot } from "../wire/types.js";
import { Members, memberEvents, type Presence } from "./members.js";

/** Until the question is asked again after a failure, in milliseconds, and up to twice that. */
const againMs = 5000;

/**
 * Who is present on a room or a document (`room:lobby`, `document:spec`). Listens first and asks then, and asks again
 * whenever the stream came back or has a gap, for joins and leaves are not kept.
 */
export class PresenceList implements Readable<Presence>, Opens {
  readonly #freshet: Freshet;
  readonly #channel: string;
  readonly #members = new Members();
  readonly getSnapshot = this.#members.getSnapshot;
  readonly subscribe = this.#members.subscribe;
  #session: AbortController | undefined;

  constructor(freshet: Freshet, channel: string) {
    this.#freshet = freshet;
    this.#channel = channel;
  }

  open(): void {
    if (this.#session) return;
    const session = new AbortController();
    this.#session = session;
    const { value: client, release } = shareChannels(this.#freshet, { channels: [this.#channel] });
    const ends = memberEvents.map((type) => client.on(type, (event) => this.#members.change(type, event.payload)));
    const ask = () => void this.#ask(session.signal);
    let since: number | undefined;
    const look = () => {
      const status = client.status.getSnapshot();
      const opened = status.state === "open" ? status.since : undefined;
      if (opened !== undefined && opened !== since) ask();
      if (status.state === "open" || status.state === "waiting") since = opened;
    };
    ends.push(client.on("gap", ask), client.status.subscribe(look), release);
    session.signal.addEventListener("abort", () => {
      for (const end of ends) end();
    });
    look();
  }

  close(): void {
    this.#session?.abort();
    this.#session = undefined;
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const access = accessOf(this.#freshet.options);
    const [kind, name] = this.#channel.split(":", 2);
    let failed = false;
    await this.#members.load(async () => {
      try {
        const path = `/api/${kind}s/${encodeURIComponent(name ?? "")}/presence`;
        const body = await request(access, path, { signal, timeoutMs: 10_000 }, json);
        if (!isRecord(body) || !Array.isArray(body.users)) throw unexpected("who is present");
        return body as unknown as PresenceSnapshot;
      } catch (error) {
        failed = true;
        throw error;
      }
    });
    if (!failed || signal.aborted) return;
    const { env } = access;
    const timer = env.setTimeout(() => void this.#ask(signal), againMs * (1 + env.random()));
    signal.addEventListener("abort", () => env.clearTimeout(timer));
  }
}
