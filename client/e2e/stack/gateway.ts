import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { answers, freePort, Running } from "./process.js";
import { root } from "./service.js";

export interface Ports {
  readonly ticket: number;
  readonly events: number;
  readonly push: readonly number[];
}

export interface GatewayOptions {
  readonly folder: string;
  readonly ports: Ports;
  /** Where the pages are that it serves as `/page/`. */
  readonly pages: string;
  /** It keeps event streams back, as a middlebox does that nobody can configure. */
  readonly holdsStreams?: boolean;
  /** It serves the page of `./dev up`, too. */
  readonly demo?: boolean;
}

/**
 * A stream stays in nginx's buffers until they are full, whatever the service says about buffering. (Over HTTP/1.1 nginx
 * passes each chunk on all the same.)
 */
const held = `proxy_buffering on;
  proxy_buffers 16 64k;
  proxy_buffer_size 64k;
  proxy_ignore_headers X-Accel-Buffering;`;
const holding = (text: string) =>
  once(once(text, "proxy_buffering off;", held), "location / {", "location / {\n      proxy_http_version 1.0;");

/** nginx with the configuration of `./dev up`, and the tests' pages on the same origin. */
export class Gateway {
  #running: Running | undefined;

  private constructor(
    readonly port: number,
    private readonly place: string,
    private readonly configuration: string,
  ) {}

  static async start({ folder, ports, pages, holdsStreams = false, demo = false }: GatewayOptions): Promise<Gateway> {
    const port = await freePort();
    const place = join(folder, `nginx-${port}`);
    mkdirSync(join(place, "temp"), { recursive: true });
    const template = readFileSync(join(root, "scripts/dev/nginx.conf.template"), "utf8");
    let text = once(
      template,
      "location = /ws {",
      `location /page/ {\n      alias ${pages}/;\n    }\n    location = /ws {`,
    );
    text = text
      .replaceAll("@PORT@", String(port))
      .replace("@LISTEN_IPV6@", "types { text/html html; text/javascript js; }")
      .replaceAll("@TICKET_PORT@", String(ports.ticket))
      .replaceAll("@EVENTS_PORT@", String(ports.events))
      .replace("server 127.0.0.1:@PUSH_PORT@ max_fails=0;", ports.push.map(server).join("\n    "));
    if (demo) {
      text = text.replace(/# include page\.conf .*/, "include page.conf;");
      copyFileSync(join(root, "scripts/dev/nginx-page.conf"), join(place, "page.conf"));
    }
    const gateway = new Gateway(port, place, text);
    gateway.#configure(holdsStreams ? holding(text) : text);
    await gateway.launch();
    return gateway;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  #configure(text: string): void {
    writeFileSync(join(this.place, "nginx.conf"), text);
  }

  async launch(): Promise<void> {
    const command = ["nginx", "-p", `${this.place}/`, "-e", "stderr", "-c", join(this.place, "nginx.conf")];
    this.#running = new Running("nginx", join(this.place, "nginx.log"), command, {
      PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
    });
    await this.#running.ready(() => answers(this.port));
  }

  /** Breaks all connections that go through it; new ones are taken at once. */
  async cut(): Promise<void> {
    await this.end();
    await this.launch();
  }

  /** For one that holds streams back: no longer. All connections through it are broken. */
  async letStreamsThrough(): Promise<void> {
    this.#configure(this.configuration);
    await this.cut();
  }

  /** Lines of the access log: method, path without query, status. */
  requests(): { readonly method: string; readonly path: string; readonly status: number }[] {
    return readFileSync(join(this.place, "access.log"), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [, , method = "", path = "", status] = line.split(" ");
        return { method, path, status: Number(status) };
      });
  }

  async end(): Promise<void> {
    await this.#running?.end();
  }
}

function server(port: number): string {
  return `server 127.0.0.1:${port} max_fails=0;`;
}

function once(text: string, what: string, by: string): string {
  if (text.split(what).length !== 2) throw new Error(`not exactly one "${what}" in nginx's configuration`);
  return text.replace(what, () => by);
}
