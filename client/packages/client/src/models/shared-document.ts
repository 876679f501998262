import { json, request } from "../core/access.js";
import { type FreshetError, toError, unexpected } from "../core/errors.js";
import { type Readable, Store } from "../core/store.js";
import type { Freshet, Opens } from "../shared/freshet.js";
import { shareChannels } from "../shared/leases.js";
import { accessOf } from "../sse/event-source-client.js";
import { isRecord } from "../wire/json.js";
import type { ContentUpdate, CursorMove, DocumentSnapshot } from "../wire/types.js";

/** Makes new content of old; null is a document that nobody edited. Must be pure: it is applied again after a rebase. */
export type Change<T> = (content: T | null) => T;

export interface DocumentState<T> {
  readonly state: "loading" | "ready";
  /** What stands on the server, with one's own changes on top. */
  readonly content: T | null;
  /** Of what stands on the server; 0: nobody edited it yet. */
  readonly version: number;
  /** Some of one's own changes are not on the server yet. */
  readonly saving: boolean;
  /** Where the others are, by user id. */
  readonly cursors: ReadonlyMap<string, CursorMove>;
  /** Why a change was given up, or why nothing is saved or loaded now. Gone with the next success. */
  readonly error?: FreshetError;
}

export const emptyDocument: DocumentState<never> = {
  state: "loading",
  content: null,
  version: 0,
  saving: false,
  cursors: new Map(),
};

/** Failures of which the next attempt knows no better. */
const final = new Set(["forbidden", "rejected", "unauthenticated"]);
const mostCursors = 100;
const longestPauseMs = 30_000;
/** The server tells 20 moves a second. */
const moveMs = 50;

/**
 * A document that several people edit. One's own changes are there at once; if somebody else was first (412) they are
 * applied again to what stands then, so that nobody's edit is lost.
 */
export class SharedDocument<T = unknown> implements Readable<DocumentState<T>>, Opens {
  readonly #store = new Store<DocumentState<T>>(emptyDocument);
  readonly getSnapshot = this.#store.getSnapshot;
  readonly subscribe = this.#store.subscribe;
  readonly #freshet: Freshet;
  readonly #path: string;
  readonly #channel: string;
  #session: AbortController | undefined;
  /** What stands on the server, as far as we know. */
  #base: DocumentSnapshot<T | null> = { content: null, version: 0 };
  #changes: readonly Change<T>[] = [];
  /** What is on its way: how many of the changes, as which content, on top of which version. */
  #sent: { readonly count: number; readonly text: string; readonly version: number } | undefined;
  #saving = false;
  #broken: FreshetError | undefined;
  #move: { readonly line: number; readonly column: number } | undefined;
  #moving = false;

  constructor(freshet: Freshet, id: string) {
    this.#freshet = freshet;
    this.#path = `/api/documents/${encodeURIComponent(id)}`;
    this.#channel = `document:${id}`;
  }

  open(): void {
    if (this.#session) return;
    const session = new AbortController();
    const { signal } = session;
    this.#session = session;
    const { value: client, release } = shareChannels(this.#freshet, { channels: [this.#channel] });
    const load = () => void this.#load(signal);
    let opened = false;
    // First follow, then read: what happens in between comes on the stream.
    const look = () => {
      const status = client.status.getSnapshot();
      if (status.state === "open" && !opened) load();
      opened = status.state === "open";
    };
    const ends = [
      client.on("content-update", ({ payload }) => this.#updated(payload as ContentUpdate<T>)),
      client.on("cursor-move", ({ payload }) => this.#moved(payload)),
      client.on("user-left", ({ payload }) => this.#moved(payload)),
      client.on("gap", ({ payload }) => {
        // Versions may begin anew in a log that lost data.
        if (payload.reason === "reset") this.#base = { content: this.#base.content, version: -1 };
        load();
      }),
      client.status.subscribe(look),
      release,
    ];
    signal.addEventListener("abort", () => {
      for (const end of ends) end();
    });
    look();
    void this.#save(signal);
  }

  /** Changes that are not on the server yet are kept for the next `open()`, and lost with the page. */
  close(): void {
    this.#session?.abort();
    this.#session = undefined;
  }

  /** Changes the content, at once here and soon on the server. */
  edit(change: Change<T>): void {
    this.#changes = [...this.#changes, change];
    this.#show();
    if (this.#session) void this.#save(this.#session.signal);
  }

  /** Tells the others where the user is; lines and columns from 0. Call it with each move. */
  moveCursor(line: number, column: number): void {
    this.#move = { line, column };
    if (this.#session) void this.#tellMove(this.#session.signal);
  }

  async #load(signal: AbortSignal): Promise<void> {
    for (let failures = 1; ; failures++) {
      const current = await this.#ask(signal, "GET", this.#path).catch(toError);
      if (signal.aborted) return;
      if (!("kind" in current)) {
        this.#newer(current);
        this.#show({ state: "ready", error: undefined });
        return;
      }
      this.#show({ error: current });
      if (final.has(current.kind)) return;
      await this.#pause(signal, failures, current.retryAfterMs);
      // Read meanwhile, by another call.
      if (signal.aborted || this.getSnapshot().error !== current) return;
    }
  }

  /** Sends all changes that there are, one edit at a time. */
  async #save(signal: AbortSignal): Promise<void> {
    if (this.#saving) return;
    this.#saving = true;
    let failures = 0;
    let key: string | undefined;
    while (!signal.aborted && this.#changes.length) {
      const { env } = accessOf(this.#freshet.options);
      const { version } = this.#base;
      const count: number = this.#sent?.count ?? this.#changes.length;
      if (version < 0) {
        // It is being read anew.
        await this.#pause(signal, 1);
        continue;
      }
      const content = this.#applied(count);
      if (this.#broken) {
        this.#show();
        continue;
      }
      const text = JSON.stringify(content);
      // A request that may have been done is repeated under its key; another one has another key.
      const same = this.#sent?.text === text && this.#sent.version === version;
      key = same && key ? key : env.randomId();
      this.#sent = { count, text, version };
      const headers = { "If-Match": `"${version}"`, "Idempotency-Key": key };
      const answer = await this.#ask(signal, "PATCH", `${this.#path}/content`, { content }, headers).catch(toError);
      if (signal.aborted) break;
      if (!("kind" in answer)) {
        failures = 0;
        this.#done();
        this.#newer(answer);
        this.#show({ error: undefined });
      } else if (answer.kind === "conflict") {
        this.#sent = undefined;
        // Not at the same moment as everybody else who has just lost.
        if (failures++) await this.#pause(signal, failures);
        const current = await this.#ask(signal, "GET", this.#path).catch(toError);
        if ("kind" in current) {
          await this.#pause(signal, failures);
        } else {
          this.#newer(current);
          this.#show();
        }
      } else if (final.has(answer.kind)) {
        this.#done();
        this.#show({ error: answer });
      } else {
        this.#show({ error: answer });
        await this.#pause(signal, ++failures, answer.retryAfterMs);
      }
    }
    this.#sent = undefined;
    this.#saving = false;
    // Opened again while the last request of before was on its way.
    const session = this.#session?.signal;
    if (session && session !== signal && this.#changes.length) void this.#save(session);
  }

  /** The changes that were sent are on the server, or never will be. */
  #done(): void {
    if (this.#sent) this.#changes = this.#changes.slice(this.#sent.count);
    this.#sent = undefined;
  }

  /** The base with the first so many changes. One that throws is taken out, and `#broken` says why. */
  #applied(count: number): T | null {
    let { content } = this.#base;
    for (const change of this.#changes.slice(0, count)) {
      try {
        const next = change(content);
        if (next === undefined) throw new TypeError("it gives undefined");
        content = next;
      } catch (thrown) {
        this.#changes = this.#changes.filter((one) => one !== change);
        this.#sent = undefined;
        this.#broken = { kind: "rejected", message: `A change cannot be applied: ${thrown}` };
      }
    }
    return content;
  }

  #updated(update: ContentUpdate<T>): void {
    const sent = this.#sent;
    // Our own edit may come here before its answer does, and must not be applied on top of itself until then.
    if (sent && update.version === sent.version + 1 && JSON.stringify(update.content) === sent.text) this.#done();
    this.#newer(update);
    this.#show();
  }

  #newer({ content, version }: DocumentSnapshot<T | null>): void {
    if (version > this.#base.version) this.#base = { content, version };
  }

  #moved(move: CursorMove | { readonly userId: string }): void {
    const { userId } = move;
    if (userId === this.#freshet.options.identity) return;
    const cursors = new Map(this.getSnapshot().cursors);
    cursors.delete(userId);
    if ("line" in move && cursors.size < mostCursors) cursors.set(userId, move);
    this.#show({ cursors });
  }

  #show(change: Partial<DocumentState<T>> = {}): void {
    const content = this.#applied(this.#changes.length);
    const version = Math.max(this.#base.version, 0);
    const broken = this.#broken && { error: this.#broken };
    this.#broken = undefined;
    const saving = this.#changes.length > 0;
    this.#store.set({ ...this.getSnapshot(), ...change, ...broken, content, version, saving });
  }

  async #tellMove(signal: AbortSignal): Promise<void> {
    if (this.#moving) return;
    this.#moving = true;
    while (this.#move && !signal.aborted) {
      const move = this.#move;
      this.#move = undefined;
      const access = accessOf(this.#freshet.options);
      const options = { method: "POST", body: move, signal, timeoutMs: 5000 };
      await request(access, `${this.#path}/cursor`, options, (response) => response.text()).catch(() => {});
      await this.#wait(signal, moveMs);
    }
    this.#moving = false;
  }

  async #ask(
    signal: AbortSignal,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<DocumentSnapshot<T | null>> {
    const options = { method, body, headers, signal, timeoutMs: 10_000 };
    const answer = await request(accessOf(this.#freshet.options), path, options, json);
    if (!isRecord(answer) || typeof answer.version !== "number") throw unexpected("a document");
    return answer as unknown as DocumentSnapshot<T | null>;
  }

  #pause(signal: AbortSignal, failures: number, floorMs = 0): Promise<void> {
    const { env } = accessOf(this.#freshet.options);
    return this.#wait(signal, floorMs + env.random() * Math.min(longestPauseMs, 500 * 2 ** failures));
  }

  #wait(signal: AbortSignal, ms: number): Promise<void> {
    const { env } = accessOf(this.#freshet.options);
    return new Promise((resolve) => {
      const done = () => {
        env.clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = env.setTimeout(done, ms);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }
}
