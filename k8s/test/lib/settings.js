import fs from 'node:fs';
import path from 'node:path';
import { ROOT, SERVICES } from './paths.js';

/**
 * What the services can be configured with, read from where it is defined: the `@ConfigMapping` interfaces, and for what is
 * Quarkus's own docs/reference/configuration.md.
 */

/** @returns {Map<string, {type: string, byDefault?: string}>} keys that a module's interfaces have; without a default, it is undefined */
function mappedKeys(module) {
  const keys = new Map();
  for (const file of javaFiles(path.join(ROOT, module, 'src/main/java'))) {
    const source = fs.readFileSync(file, 'utf8');
    const mapping = /@ConfigMapping\(\s*prefix = "([^"]+)"/.exec(source);
    if (mapping) collect(interfaceBody(withoutComments(source), mapping.index), mapping[1], keys);
  }
  return keys;
}

function javaFiles(folder) {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.java'))
    .map((name) => path.join(folder, name));
}

function withoutComments(source) {
  return source.replace(/^\s*\/\/.*$/gm, (line) => ' '.repeat(line.length));
}

function interfaceBody(source, from) {
  const open = source.indexOf('{', source.indexOf(' interface ', from));
  let depth = 1;
  let at = open + 1;
  for (; depth > 0; at++) {
    if (source[at] === '{') depth++;
    if (source[at] === '}') depth--;
  }
  return source.slice(open + 1, at - 1);
}

function collect(body, prefix, keys) {
  const nested = new Map();
  let flat = body;
  for (let match; (match = /\b(interface|enum) (\w+) \{/.exec(flat)); ) {
    const inner = interfaceBody(flat.replace(/\benum (\w+) \{/, ' interface $1 {'), match.index - 1);
    if (match[1] === 'interface') nested.set(match[2], inner);
    const end = flat.indexOf('{', match.index) + inner.length + 2;
    flat = flat.slice(0, match.index) + flat.slice(end);
  }
  for (const [, annotations, type, method] of flat.matchAll(/((?:@\w+\([^)]*\)\s*)*)([A-Z]?[\w<>]+) (\w+)\(\);/g)) {
    const named = /@WithName\("([^"]+)"\)/.exec(annotations)?.[1];
    const byDefault = /@WithDefault\("([^"]*)"\)/.exec(annotations)?.[1];
    const key = `${prefix}.${named ?? kebab(method)}`;
    const group = nested.get(type);
    if (group === undefined) keys.set(key, { type, byDefault });
    else collect(group, key, keys);
  }
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * @returns {Map<string, {byDefault?: string, inDev?: string}>} keys in the first column of the reference's tables, with what the second
 *   says: nothing where it says "none" or "needed"
 */
export function documented() {
  const keys = new Map();
  for (const row of fs.readFileSync(path.join(ROOT, 'docs/reference/configuration.md'), 'utf8').split('\n')) {
    if (!row.startsWith('| `')) continue;
    const [names, defaults] = row.split(' | ');
    const [usual, dev] = defaults.split(', dev ').map((side) => [...side.matchAll(/`([^`]+)`/g)].map(([, text]) => text));
    let last = '';
    for (const [at, [, text]] of [...names.matchAll(/`([^`]+)`/g)].entries()) {
      // `.per-second` and `max-initial-line-length` take the place of the last word of what stands before them.
      const full = /^(freshet|quarkus|mp|otel)\./.test(text)
        ? text
        : `${last.slice(0, last.lastIndexOf('.'))}.${text.replace(/^\./, '')}`;
      if (keys.has(full)) throw new Error(`${full} is there twice`);
      keys.set(full, { byDefault: usual[at], inDev: dev?.[at] });
      last = full;
    }
  }
  return keys;
}

/** @returns {Map<string, string>} what the profile dev sets of Freshet's keys, in every service or in one */
export function devDefaults() {
  const all = new Map();
  for (const module of ['service-core', ...SERVICES]) {
    for (const file of PROPERTIES.map((name) => path.join(ROOT, module, 'src/main/resources', name))) {
      if (!fs.existsSync(file)) continue;
      for (const [, key, value] of fs.readFileSync(file, 'utf8').matchAll(/^%dev\.(freshet\.[^=]+)=(.*)$/gm)) all.set(key, value);
    }
  }
  return all;
}

const PROPERTIES = ['application.properties', 'META-INF/microprofile-config.properties'];

export function usesLog(service) {
  return /^freshet\.service\.uses-log=true$/m.test(applicationProperties(service));
}

export function applicationProperties(service) {
  return fs.readFileSync(path.join(ROOT, service, 'src/main/resources/application.properties'), 'utf8');
}

/** Keys of Freshet's own that a service reads, with their types and defaults. */
export function freshetKeys(service) {
  const core = [...mappedKeys('service-core'), ...singleKeys('service-core')].filter(
    ([key]) => usesLog(service) || !/^freshet\.(log|publish)\./.test(key),
  );
  return new Map([...core, ...mappedKeys(service), ...singleKeys(service)]);
}

/** Read one by one, without an interface. */
function singleKeys(module) {
  const keys = new Map();
  for (const file of javaFiles(path.join(ROOT, module, 'src/main/java'))) {
    for (const [, key, byDefault, type] of fs
      .readFileSync(file, 'utf8')
      .matchAll(/@ConfigProperty\(\s*name = "(freshet\.[^"]+)"(?:,\s*defaultValue = "([^"]*)")?\s*\)\s*([\w<>]+)/g)) {
      keys.set(key, { type, byDefault });
    }
  }
  return keys;
}


/** @returns {Map<string, string>} by the name of its environment variable, the key's type; of Quarkus's own, '' */
export function variables(service) {
  const keys = freshetKeys(service);
  for (const key of documented().keys()) {
    if (!key.startsWith('freshet.')) keys.set(key, { type: '' });
  }
  return new Map([...keys].map(([key, { type }]) => [variable(key), type]));
}

/** As MicroProfile Config reads it from the environment. */
export function variable(key) {
  return key.replace(/[^A-Za-z0-9]/g, '_').toUpperCase();
}

/** Whether a text can be read as a Java type; of enumerations and lists any. */
export function fits(text, type) {
  switch (type) {
    case 'Duration':
      return /^\d+(MS|S|M|H)$/.test(text);
    case 'MemorySize':
      return /^\d+[KMG]?$/.test(text);
    case 'int':
    case 'long':
      return /^\d+$/.test(text);
    case 'double':
      return /^\d+(\.\d+)?$/.test(text);
    case 'boolean':
      return /^(true|false)$/.test(text);
    default:
      return text.trim() !== '';
  }
}

/** @returns {string | number | undefined} the same for two texts that a Java type reads as the same value */
export function value(text, type) {
  if (text === undefined || !fits(text, type)) return text;
  switch (type) {
    case 'Duration':
      return seconds(text);
    case 'MemorySize':
      return bytes(text);
    case 'int':
    case 'long':
    case 'double':
      return Number(text);
    default:
      return text;
  }
}

/** @returns {number} seconds */
export function seconds(duration) {
  const [, amount, unit] = /^(\d+)(MS|S|M|H)$/.exec(duration) ?? [];
  if (!unit) throw new Error(`${duration} is no duration`);
  return Number(amount) * { MS: 0.001, S: 1, M: 60, H: 3600 }[unit];
}

/** @returns {number} bytes, of Kubernetes's `1Gi`, the JVM's `512m` and Redis's `512mb` */
export function bytes(size) {
  const [, amount, unit] = /^(\d+)\s*([kKmMgG]?)(i|b)?$/.exec(size) ?? [];
  if (amount === undefined) throw new Error(`${size} is no size`);
  return Number(amount) * { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }[unit.toLowerCase()];
}
