import { browserEnvironment, type Environment } from "@freshet/client";
import { Signal } from "../logic/signal";
import { BreakableSocket } from "./breakable-socket";
import { WireLog } from "./wire-log";

/** What is broken now. */
export interface Broken {
  readonly offline: boolean;
  /** A proxy on the way answers streams with a page of its own. */
  readonly noStreams: boolean;
}

type Command = { readonly do: "drop" } | { readonly do: "spoil" } | ({ readonly do: "set" } & Partial<Broken>);

const isStream = (init: RequestInit) => new Headers(init.headers).get("Accept") === "text/event-stream";
const pathOf = (url: string) => new URL(url, location.href).pathname;
const failure = () => new TypeError("The network is broken, by a button of this page");

/**
 * A network that can be broken by buttons. It is given to the client as its `environment`, the same way a test would do
 * it; the client knows nothing of it. Tabs of one user share connections, so they share what is broken, too.
 */
export class Faults {
  readonly broken = new Signal<Broken>({ offline: false, noStreams: false });
  readonly log = new WireLog();
  readonly environment: Environment;
  readonly #tabs: BroadcastChannel;
  readonly #requests = new Set<AbortController>();
  readonly #streams = new Map<AbortController, string>();
  readonly #sockets = new Set<BreakableSocket>();
  readonly #watchers = new Set<() => void>();
  /** Connections whose next ticket will have been used already. */
  readonly #spoilt = new Set<string>();
  #collide = false;

  constructor(userId: string) {
    this.#tabs = new BroadcastChannel(`freshet-demo:faults:${userId}`);
    this.#tabs.onmessage = ({ data }: MessageEvent<Command>) => this.#obey(data);
    const open = (url: string) => this.#openSocket(url);
    this.environment = {
      ...browserEnvironment,
      fetch: (url, init) => this.#fetch(url, init),
      WebSocket: class {
        constructor(url: string) {
          // biome-ignore lint/correctness/noConstructorReturn: a `new` that gives the breakable one
          return open(url);
        }
      } as unknown as Environment["WebSocket"],
      isOnline: () => !this.broken.getSnapshot().offline && browserEnvironment.isOnline(),
      watch: (listener) => {
        const end = browserEnvironment.watch(listener);
        this.#watchers.add(listener);
        return () => {
          end();
          this.#watchers.delete(listener);
        };
      },
    };
  }

  /** Cuts every connection once. */
  drop(): void {
    this.#tell({ do: "drop" });
  }

  /** Cuts every connection, and the ticket that it comes back with is a used one. */
  spoilTickets(): void {
    this.#tell({ do: "spoil" });
  }

  setOffline(offline: boolean): void {
    this.#tell({ do: "set", offline });
  }

  setNoStreams(noStreams: boolean): void {
    this.#tell({ do: "set", noStreams });
  }

  /** Somebody else saves the document just before the next save from here, which is then refused with 412. */
  collide(): void {
    this.#collide = true;
  }

  close(): void {
    this.#tabs.close();
  }

  #tell(command: Command): void {
    this.#tabs.postMessage(command);
    this.#obey(command);
  }

  #obey(command: Command): void {
    if (command.do === "drop") {
      this.log.add("All connections", "cut, by a button", false);
      this.#cut();
    } else if (command.do === "spoil") {
      for (const path of this.#streams.values()) this.#spoilt.add(path);
      if (this.#sockets.size) this.#spoilt.add("/ws");
      this.log.add("All connections", "cut, and their next tickets are used ones", false);
      this.#cut();
    } else {
      const { do: _, ...change } = command;
      const before = this.broken.getSnapshot();
      this.broken.update((broken) => ({ ...broken, ...change }));
      const { offline, noStreams } = this.broken.getSnapshot();
      if (offline !== before.offline) {
        this.log.add("The network", offline ? "is gone, by a button" : "is back", !offline);
        if (offline) this.#cut();
        for (const watcher of [...this.#watchers]) watcher();
      }
      if (noStreams && !before.noStreams) for (const stream of this.#streams.keys()) stream.abort();
    }
  }

  #cut(): void {
    for (const request of [...this.#requests, ...this.#streams.keys()]) request.abort();
    for (const socket of [...this.#sockets]) socket.cut();
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const method = init.method ?? "GET";
    const path = pathOf(url);
    const what = `${method} ${path}`;
    const stream = isStream(init);
    const { offline, noStreams } = this.broken.getSnapshot();
    if (offline) {
      this.log.add(what, "no network", false);
      throw failure();
    }
    if (stream && noStreams) {
      this.log.add(what, "200, but a page of some proxy", false);
      return new Response("<title>Please wait</title>", { headers: { "Content-Type": "text/html" } });
    }
    await this.#useUp(url);
    if (this.#collide && method === "PATCH") {
      this.#collide = false;
      await this.#editFirst(url, init);
    }
    const controller = new AbortController();
    const given = init.signal;
    const forget = () => {
      this.#requests.delete(controller);
      this.#streams.delete(controller);
    };
    // The client ends the attempt's signal with the attempt, whoever ended it.
    given?.addEventListener("abort", forget, { once: true });
    if (stream) this.#streams.set(controller, withoutTicket(url));
    else this.#requests.add(controller);
    try {
      const signal = given ? AbortSignal.any([given, controller.signal]) : controller.signal;
      const response = await fetch(url, { ...init, signal });
      const good = response.ok || response.status === 304;
      this.log.add(what, `${response.status}${stream && good ? ", a stream" : ""}`, good);
      if (!stream) forget();
      return response;
    } catch (error) {
      forget();
      if (!given?.aborted) this.log.add(what, controller.signal.aborted ? "cut" : "failed", false);
      throw error;
    }
  }

  #openSocket(url: string): BreakableSocket {
    return new BreakableSocket(url, {
      before: async () => {
        if (this.broken.getSnapshot().offline) throw failure();
        await this.#useUp(url);
        this.log.add("WebSocket /ws", "opens", true);
      },
      opened: (socket) => this.#sockets.add(socket),
      ended: (socket, code) => {
        this.#sockets.delete(socket);
        if (code !== 1000) this.log.add("WebSocket /ws", `closed with ${code}`, false);
      },
    });
  }

  /** A ticket opens one connection: this one is taken for another, before the client can use it. */
  async #useUp(url: string): Promise<void> {
    const ticket = new URL(url, location.href).searchParams.get("ticket");
    const spoilt = withoutTicket(url);
    if (!ticket || !this.#spoilt.delete(spoilt)) return;
    const controller = new AbortController();
    await fetch(`/api/events/me?ticket=${ticket}`, { signal: controller.signal }).catch(() => undefined);
    controller.abort();
    this.log.add(`Ticket of ${pathOf(url)}`, "was used by somebody else", false);
  }

  async #editFirst(url: string, init: RequestInit): Promise<void> {
    const { Authorization = "" } = init.headers as Record<string, string>;
    const headers = { Authorization, "Content-Type": "application/json" };
    const current = (await (await fetch(url.replace(/\/content$/, ""), { headers })).json()) as { content: unknown };
    const line = `A line by somebody else, at ${new Date().toLocaleTimeString("en-GB")}`;
    const content = `${typeof current.content === "string" ? current.content.trimEnd() : ""}\n${line}\n`;
    await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ content }) });
    this.log.add(`PATCH ${pathOf(url)}`, "200, by somebody else", true);
  }
}

/** Names a connection: its address without what is another one each time. */
function withoutTicket(url: string): string {
  const { pathname, searchParams } = new URL(url, location.href);
  if (pathname === "/ws") return pathname;
  searchParams.delete("ticket");
  return `${pathname}?${searchParams}`;
}
