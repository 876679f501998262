import { existsSync } from "node:fs";
import { join } from "node:path";
import { freePort, Running } from "./process.js";

export const root = join(import.meta.dirname, "../../..");

/** What every part needs to know of the others. */
export interface Base {
  readonly folder: string;
  readonly redisPort: number;
  readonly publicKey: string;
}

export const issuer = "https://freshet.dev/e2e";
export const audience = "freshet";

/** One process of a packaged service, with the settings that `./dev up` gives. */
export class Service {
  #running: Running | undefined;

  private constructor(
    readonly name: "ticket" | "events" | "push",
    readonly port: number,
    readonly managementPort: number,
    private readonly base: Base,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  static async start(name: Service["name"], base: Base, settings: Readonly<Record<string, string>> = {}) {
    const service = new Service(name, await freePort(), await freePort(), base, settings);
    service.launch();
    return service;
  }

  /** Starts it, also once more after its end, on its ports; does not wait. */
  launch(): void {
    const { name, port, managementPort, base } = this;
    const jar = join(root, `${name}-service/target/quarkus-app/quarkus-run.jar`);
    if (!existsSync(jar)) throw new Error(`${jar} is missing: \`./dev build\` makes it`);
    const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin/java") : "java";
    const small = ["-Xms64m", "-Xmx256m", "-XX:TieredStopAtLevel=1"];
    this.#running = new Running(
      `${name}-service`,
      join(base.folder, `${name}-${port}.log`),
      [java, `@${root}/k8s/base/jvm.options`, ...small, "-jar", jar],
      {
        QUARKUS_PROFILE: "dev",
        QUARKUS_HTTP_HOST: "127.0.0.1",
        QUARKUS_HTTP_PORT: String(port),
        QUARKUS_MANAGEMENT_HOST: "127.0.0.1",
        QUARKUS_MANAGEMENT_PORT: String(managementPort),
        QUARKUS_REDIS_HOSTS: `redis://127.0.0.1:${base.redisPort}`,
        MP_JWT_VERIFY_PUBLICKEY_LOCATION: `file:${base.publicKey}`,
        MP_JWT_VERIFY_ISSUER: issuer,
        MP_JWT_VERIFY_AUDIENCES: audience,
        FRESHET_LOG_PARTITIONS: "2",
        ...this.settings,
      },
    );
  }

  async ready(): Promise<void> {
    const health = `http://127.0.0.1:${this.managementPort}/q/health/ready`;
    await this.#running?.ready(() =>
      fetch(health).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }

  /** The figure of a metric, summed over what its name begins with. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.managementPort}/metrics`)).text();
    return text
      .split("\n")
      .filter((line) => line.startsWith(name))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  async end(signal?: NodeJS.Signals): Promise<void> {
    await this.#running?.end(signal);
  }
}
