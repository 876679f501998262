import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { audience, issuer } from "./service.js";

/** A key pair: the private key as PEM, the public one in a file for the services. */
export function makeKeys(publicFile: string): string {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(publicFile, publicKey.export({ type: "spki", format: "pem" }));
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

export interface Claims {
  readonly channels?: readonly string[];
  readonly publish?: readonly string[];
  readonly name?: string;
  readonly seconds?: number;
}

/** A user's token; unless told otherwise they may follow rooms and documents. */
export function token(privateKey: string, user: string, claims: Claims = {}): string {
  const { channels = ["room:*", "document:*"], publish = [], name = user, seconds = 3600 } = claims;
  const now = Math.floor(Date.now() / 1000);
  const body = { iss: issuer, aud: audience, sub: user, name, iat: now, exp: now + seconds, channels, publish };
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(body)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), createPrivateKey(privateKey)).toString("base64url")}`;
}
