import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Ajv2020, type AnySchema } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { decodePoll, decodeSse, isCursor } from "../src/wire/decode.js";
import { decodeFrame } from "../src/wire/decode-frame.js";

const contract = join(import.meta.dirname, "../../../../contract");

type Json = Record<string, unknown>;

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name));
}

const schemas = files(join(contract, "schema")).map((file) => JSON.parse(readFileSync(file, "utf8")) as Json);

function fixtures(kind: "valid" | "invalid", schema: string): { name: string; text: string; value: unknown }[] {
  return files(join(contract, "fixtures", kind, schema)).map((file) => {
    const text = readFileSync(file, "utf8");
    return { name: basename(file, ".json"), text, value: JSON.parse(text) };
  });
}

function compile(all: Json[]) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  for (const schema of all) ajv.addSchema(schema as AnySchema);
  return (name: string) => {
    const validate = ajv.getSchema(`https://freshet.dev/schema/${name}.schema.json`);
    if (!validate) throw new Error(`no schema ${name}`);
    return validate;
  };
}

/**
 * What a client may insist on: fields that are there, and their types. Not what a later server may change without
 * breaking anybody: further fields, further values, longer texts. A union of alternatives accepts any that fits.
 */
function loosened(schema: unknown): unknown {
  // A direct message that lacks something is an event like others to a client, which reads nothing of it.
  const direct = (one: unknown) =>
    JSON.stringify(one).startsWith('{"if":{"properties":{"type":{"const":"direct-message"');
  if (Array.isArray(schema)) return schema.filter((one) => !direct(one)).map(loosened);
  if (typeof schema !== "object" || schema === null) return schema;
  const loose = [
    "additionalProperties",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "uniqueItems",
  ];
  const entries = Object.entries(schema as Json)
    .filter(([key, value]) => !loose.includes(key) || typeof value === "object")
    .map(([key, value]): [string, unknown] => {
      const alternatives = key === "oneOf" && (value as Json[]).every((one) => "$ref" in one);
      if (alternatives) return ["anyOf", loosened(value)];
      if (key === "pattern") return ["pattern", String(value).includes("~") ? "^[A-Za-z0-9_.~-]+$" : "^"];
      if (key === "enum" && (value as string[]).includes("trimmed")) return ["type", ["string", "null"]];
      if (key === "enum" && (value as string[]).includes("rate-limited")) return ["type", "string"];
      if (key === "type" && value === "integer") return [key, "number"];
      return [key, loosened(value)];
    });
  return Object.fromEntries(entries);
}

const strict = compile(schemas);
const loose = compile(schemas.map((schema) => loosened(schema) as Json));

const kinds = readdirSync(join(contract, "fixtures/valid"), { withFileTypes: true })
  .flatMap(({ name }) =>
    name === "rest" ? readdirSync(join(contract, "fixtures/valid/rest")).map((one) => `rest/${one}`) : [name],
  )
  .filter((name) => name !== "rest");

describe.each(kinds)("fixtures of %s", (kind) => {
  it.each(fixtures("valid", kind))("$name is valid", ({ value }) => {
    expect(strict(kind)(value)).toBe(true);
  });

  it.each(fixtures("invalid", kind))("$name is invalid", ({ value }) => {
    expect(strict(kind)(value)).toBe(false);
  });
});

describe("a frame of a WebSocket", () => {
  it.each(fixtures("valid", "server-message"))("$name is taken as it is", ({ text, value }) => {
    expect(decodeFrame(text)).toEqual(value);
  });

  it.each(fixtures("invalid", "server-message"))("$name is taken only if what the client reads is there", (fixture) => {
    const taken = decodeFrame(fixture.text);
    if (taken) expect(loose("server-message")(fixture.value)).toBe(true);
    else expect(taken).toBeUndefined();
  });

  it("with further fields is taken, for a later server may send them", () => {
    for (const { value } of fixtures("valid", "server-message")) {
      expect(decodeFrame(JSON.stringify({ ...(value as Json), later: 1 }))).toBeDefined();
    }
  });
});

describe("a message of an event stream", () => {
  const decode = (value: unknown) => {
    const { event, data, id, retry } = (value ?? {}) as { event: string; data: unknown; id?: string; retry?: number };
    return decodeSse(event, JSON.stringify(data) ?? "", id, retry);
  };

  it.each(fixtures("valid", "sse-message"))("$name is taken as it is", ({ value }) => {
    expect(decode(value)).toEqual({ id: undefined, retry: undefined, ...(value as Json) });
  });

  const structural = fixtures("invalid", "sse-message").filter(({ name }) => /data-as-text|without-data/.test(name));

  it.each(structural)("$name is left out", ({ value }) => {
    expect(decode(value)).toBeUndefined();
  });

  it.each(fixtures("invalid", "sse-message"))("$name throws nothing", ({ value }) => {
    expect(() => decode(value)).not.toThrow();
  });
});

describe("a page of polling", () => {
  it.each(fixtures("valid", "rest/poll-response"))("$name is taken as it is", ({ value }) => {
    expect(decodePoll(value)).toEqual(value);
  });

  it.each(fixtures("invalid", "rest/poll-response"))("$name is taken only if all that is read is there", (fixture) => {
    if (decodePoll(fixture.value)) expect(loose("rest/poll-response")(fixture.value)).toBe(true);
    else expect(decodePoll(fixture.value)).toBeUndefined();
  });
});

describe("a cursor", () => {
  it.each(fixtures("valid", "cursor"))("$name is one", ({ value }) => {
    expect(isCursor(value)).toBe(true);
  });

  it.each(fixtures("invalid", "cursor"))("$name is none, or does no harm in a header and an address", ({ value }) => {
    if (isCursor(value)) expect(encodeURIComponent(value)).toBe(value);
    else expect(isCursor(value)).toBe(false);
  });
});
