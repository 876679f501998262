import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { podSettings } from "./edge-settings.js";
import type { Ports } from "./gateway.js";
import { buildPages } from "./pages.js";
import { answers, freePort, Running, temporaryFolder } from "./process.js";
import { type Base, Service } from "./service.js";
import { makeKeys } from "./token.js";

declare module "vitest" {
  interface ProvidedContext {
    stack: { readonly base: Base; readonly ports: Ports; readonly pages: string; readonly privateKey: string };
  }
}

/** Starts what all test files share: Redis, one process of each service, the built pages. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = temporaryFolder();
  const redisPort = await freePort();
  const publicKey = join(folder, "public.pem");
  const privateKey = makeKeys(publicKey);
  const base = { folder, redisPort, publicKey };
  const redis = new Running("Redis", join(folder, "redis.log"), [
    "redis-server",
    ...["--port", String(redisPort), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"],
  ]);
  await redis.ready(() => answers(redisPort));
  const names = ["ticket", "events", "push"] as const;
  const services = await Promise.all(
    names.map((name) => Service.start(name, base, name === "push" ? podSettings : {})),
  );
  const [ticket, events, push] = services.map(({ port }) => port) as [number, number, number];
  const [pages] = await Promise.all([buildPages(folder), ...services.map((service) => service.ready())]);
  project.provide("stack", { base, ports: { ticket, events, push: [push] }, pages, privateKey });
  return async () => {
    await Promise.all(services.map((service) => service.end()));
    await redis.end();
  };
}
