import fs from 'node:fs';
import path from 'node:path';
import { ROOT, SERVICES } from './paths.js';

/**
 * What the services can be configured with, read from where it is defined: the `@ConfigMapping` interfaces, and for what is
 * Quarkus's own docs/reference/configuration.md.
 *
 * @typedef {object} Setting
 * @property {string} type Java's
 * @property {string} [byDefault] undefined where there is none
 * @property {string[]} [values] what it may be, of an enumeration
 * @property {string} meaning the interface's comment, in Markdown, its references to other settings as their keys
 */

/** @returns {Map<string, Setting>} the keys of a module's interfaces, in the order in which they stand there; the interfaces by prefix */
export function mappedKeys(module) {
  const keys = new Map();
  const mappings = [...interfaces(module)].filter(([, { prefix }]) => prefix).map(([name, { prefix }]) => [prefix, name]);
  for (const [prefix, name] of mappings.sort()) collect(module, name, prefix, keys);
  return keys;
}

function collect(module, name, prefix, keys) {
  const all = interfaces(module);
  for (const method of all.get(name).methods) {
    const key = below(prefix, method);
    const type = /^Optional<(.+)>$/.exec(method.type)?.[1] ?? method.type;
    if (all.has(type)) collect(module, type, key, keys);
    else keys.set(key, { type, byDefault: method.byDefault, values: enumerations().get(type), meaning: meaning(module, name, method) });
  }
}

/** The comment of a method, with `[Type#method()]` as the key that it stands for and files of docs/ as links. */
function meaning(module, name, { doc }) {
  return doc
    .replace(/\[(\w*)#(\w+)(?:\(\))?\]/g, (_, type, method) => `\`${keyOf(module, type || name, method)}\``)
    .replace(/`docs\/(\S+)\/(\S+)\.md`/g, (_, folder, page) => `[${page}](../${folder}/${page}.md)`);
}

function keyOf(module, name, method) {
  const all = interfaces(module);
  const { prefix, methods } = all.get(name);
  const found = methods.find((one) => one.name === method);
  if (prefix) return below(prefix, found);
  for (const [outer, { methods: groups }] of all) {
    const group = groups.find(({ type }) => type === name);
    if (group) return below(keyOf(module, outer, group.name), found);
  }
  throw new Error(`${name} is no group of settings`);
}

/** The key of a method whose interface has this prefix: `@WithParentName` means the prefix itself. */
function below(prefix, { key, isParent }) {
  return isParent ? prefix : `${prefix}.${key}`;
}

const MODULES = ['service-core', ...SERVICES];

const interfacesOf = new Map();

/** @returns {Map<string, {prefix?: string, methods: object[]}>} a module's interfaces of settings and those nested in them, by name */
function interfaces(module) {
  if (!interfacesOf.has(module)) {
    const sources = javaFiles(path.join(ROOT, module, 'src/main/java')).map((file) => fs.readFileSync(file, 'utf8'));
    const all = sources.filter((source) => /^@ConfigMapping\(/m.test(source)).flatMap((source) => [...read(source)]);
    if (new Set(all.map(([name]) => name)).size < all.length) throw new Error(`two groups of settings of ${module} have one name`);
    interfacesOf.set(module, new Map(all));
  }
  return interfacesOf.get(module);
}

/** By lines, for the sources are formatted: a comment, annotations, and what they belong to. */
function read(source) {
  const all = new Map();
  const open = [];
  let doc = [];
  let annotations = '';
  for (const line of source.split('\n').map((text) => text.trim())) {
    const [, kind, name] = /^(?:public )?(interface|enum) (\w+) \{$/.exec(line) ?? [];
    const [, type, method] = /^([\w<>]+) (\w+)\(\);$/.exec(line) ?? [];
    if (line.startsWith('///')) doc.push(line.slice(3).trim());
    else if (line.startsWith('@')) annotations += line;
    else {
      if (kind) {
        open.push(name);
        if (kind === 'interface') all.set(name, { prefix: quoted('ConfigMapping', annotations), methods: [] });
      }
      if (method) {
        all.get(open.at(-1)).methods.push({
          name: method,
          key: quoted('WithName', annotations) ?? kebab(method),
          isParent: annotations.includes('@WithParentName'),
          type,
          byDefault: quoted('WithDefault', annotations),
          doc: doc.join(' ').replace(/ {2,}/g, ' '),
        });
      }
      if (line === '}') open.pop();
      doc = [];
      annotations = '';
    }
  }
  return all;
}

function quoted(annotation, text) {
  return new RegExp(`@${annotation}\\((?:\\w+ = )?"([^"]*)"\\)`).exec(text)?.[1];
}

let allEnumerations;

/** @returns {Map<string, string[]>} of every enumeration its constants, as settings have them */
function enumerations() {
  if (!allEnumerations) {
    allEnumerations = new Map();
    for (const file of MODULES.flatMap((module) => javaFiles(path.join(ROOT, module, 'src/main/java')))) {
      const source = fs.readFileSync(file, 'utf8').replace(/^\s*\/\/.*$/gm, '');
      for (const [, name, constants] of source.matchAll(/\benum (\w+) \{([\sA-Z_,]*)[;}]/g)) {
        allEnumerations.set(name, constants.trim().split(/\s*,\s*/).map((constant) => kebab(constant.toLowerCase())));
      }
    }
  }
  return allEnumerations;
}

function javaFiles(folder) {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => path.join(folder, name));
}

function kebab(name) {
  return name.replace(/_/g, '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** @returns {string[]} keys in the first column of the reference's tables */
export function documented() {
  const keys = [];
  for (const row of fs.readFileSync(REFERENCE, 'utf8').split('\n')) {
    if (!row.startsWith('| `')) continue;
    let last = '';
    for (const [, text] of row.split(' | ')[0].matchAll(/`([^`]+)`/g)) {
      // `max-initial-line-length` takes the place of the last word of what stands before it.
      last = text.includes('.') ? text : `${last.slice(0, last.lastIndexOf('.'))}.${text}`;
      keys.push(last);
    }
  }
  return keys;
}

export const REFERENCE = path.join(ROOT, 'docs/reference/configuration.md');

/** @returns {Map<string, string>} what the profile dev sets of Freshet's keys, in every service or in one */
export function devDefaults() {
  const all = new Map();
  for (const module of MODULES) {
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

/** @returns {Map<string, Setting>} Freshet's own keys that a service reads */
export function freshetKeys(service) {
  const core = [...mappedKeys('service-core')].filter(([key]) => usesLog(service) || !OF_THE_LOG.test(key));
  return new Map([...core, ...mappedKeys(service)]);
}

/** Keys of service-core that only services with `freshet.service.uses-log` read. */
export const OF_THE_LOG = /^freshet\.(log|publish)\./;

/** @returns {Map<string, string>} by the name of its environment variable, the key's type; of Quarkus's own, '' */
export function variables(service) {
  const keys = freshetKeys(service);
  for (const key of documented()) {
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
