import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import { chromiumPath } from "./chromium.js";
import { podSettings } from "./edge-settings.js";
import { Gateway, type GatewayOptions } from "./gateway.js";
import { Service } from "./service.js";
import { type Claims, token } from "./token.js";

export interface EdgeOptions extends Pick<GatewayOptions, "holdsStreams" | "demo"> {
  /** Push pods of its own, which a test may kill; 0: the one of all tests, which it must leave alone. */
  readonly pods?: number;
}

let published = 0;

/** What one test file has for itself: a proxy, a browser, push pods if it wants; the rest it shares. */
export class Edge {
  readonly #contexts: BrowserContext[] = [];

  private constructor(
    readonly pods: readonly Service[],
    readonly gateway: Gateway,
    readonly browser: Browser,
  ) {}

  static async start({ pods: count = 0, ...gatewayOptions }: EdgeOptions = {}): Promise<Edge> {
    const { base, ports, pages } = inject("stack");
    // So that nothing of the browser stays in the system's folder.
    process.env.TMPDIR = base.folder;
    const pods = await Promise.all(Array.from({ length: count }, () => Service.start("push", base, podSettings)));
    await Promise.all(pods.map((pod) => pod.ready()));
    const push = count ? pods.map(({ port }) => port) : ports.push;
    const gateway = await Gateway.start({ folder: base.folder, ports: { ...ports, push }, pages, ...gatewayOptions });
    const browser = await chromium.launch({
      executablePath: chromiumPath(),
      timeout: 120_000,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP localhost 127.0.0.1",
      ],
    });
    return new Edge(pods, gateway, browser);
  }

  get url(): string {
    return this.gateway.url;
  }

  token(user: string, claims?: Claims): string {
    return token(inject("stack").privateKey, user, claims);
  }

  /** A browser in which a user is signed in, by cookie. */
  async signIn(user: string, claims?: Claims): Promise<BrowserContext> {
    const context = await this.browser.newContext();
    context.setDefaultTimeout(100_000);
    await context.addCookies([
      { name: "access_token", value: this.token(user, claims), url: this.url, httpOnly: true },
    ]);
    this.#contexts.push(context);
    return context;
  }

  async open(context: BrowserContext, page: "kit" | "guide" = "kit"): Promise<Page> {
    const opened = await context.newPage();
    opened.on("pageerror", (error) => console.error("The page:", error));
    await opened.goto(`${this.url}/page/${page}.html`);
    if (page === "kit") await opened.waitForFunction(() => "kit" in globalThis);
    return opened;
  }

  /** Publishes as a backend service, around the proxy. */
  async publish(channel: string, type: string, ...payloads: readonly unknown[]): Promise<void> {
    for (const payload of payloads) {
      const response = await fetch(`http://127.0.0.1:${inject("stack").ports.events}/api/events`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${this.token("backend", { publish: ["user:*", "broadcast:*", "room:*"] })}`,
          "Content-Type": "application/json",
          "Idempotency-Key": `e2e-${process.pid}-${++published}`,
        },
        body: JSON.stringify({ channel, type, payload }),
      });
      if (response.status !== 202) throw new Error(`Not published: ${response.status} ${await response.text()}`);
    }
  }

  /** Ends what a test opened in the browser. */
  async closePages(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }

  async end(): Promise<void> {
    await this.browser.close();
    await this.gateway.end();
    await Promise.all(this.pods.map((pod) => pod.end()));
  }
}
