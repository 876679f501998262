import fs from 'node:fs';
import { devDefaults, mappedKeys, OF_THE_LOG, REFERENCE } from './settings.js';

/**
 * The tables of docs/reference/configuration.md with Freshet's own settings, made of the `@ConfigMapping` interfaces. They stand
 * between `<!-- settings: NAME -->` and `<!-- end -->`; the rest of the page is written by hand.
 */
const TABLES = new Map([
  ['every service', () => only('service-core', (key) => !OF_THE_LOG.test(key))],
  ['services with the log', () => only('service-core', (key) => OF_THE_LOG.test(key))],
  ['ticket-service', () => mappedKeys('ticket-service')],
  ['events-service', () => mappedKeys('events-service')],
  ['push-service', () => mappedKeys('push-service')],
]);

function only(module, wanted) {
  return new Map([...mappedKeys(module)].filter(([key]) => wanted(key)));
}

/** @returns {string} a page as it should be, whatever its tables say */
export function withTables(page) {
  const missing = new Set(TABLES.keys());
  const written = page.replace(/^(<!-- settings: (.+) -->)\n[^]*?^(<!-- end -->)$/gm, (_, begin, name, end) => {
    if (!missing.delete(name)) throw new Error(`${name}: no such table, or there twice`);
    return `${begin}\n\n${table(TABLES.get(name)())}\n\n${end}`;
  });
  if (missing.size > 0) throw new Error(`the page has no place for: ${[...missing].join(', ')}`);
  return written;
}

function table(settings) {
  const dev = devDefaults();
  const rows = [...settings].map(([key, setting]) => {
    if (setting.meaning === '') throw new Error(`${key} has no comment`);
    return `| \`${key}\` | ${byDefault(setting.byDefault, dev.get(key))} | ${type(setting)} | ${setting.meaning.replaceAll('|', '\\|')} |`;
  });
  return ['| key | default | type | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function byDefault(usual, dev) {
  const text = usual === undefined ? 'none' : `\`${usual}\``;
  return dev === undefined ? text : `${text}, dev \`${dev}\``;
}

function type({ type: java, values }) {
  if (values) return values.map((one) => `\`${one}\``).join(', ');
  const name = TYPES.get(java);
  if (!name) throw new Error(`${java} has no name for operators`);
  return name;
}

const TYPES = new Map([
  ['String', 'text'],
  ['List<String>', 'list'],
  ['Duration', 'duration'],
  ['MemorySize', 'size'],
  ['int', 'integer'],
  ['long', 'integer'],
  ['double', 'number'],
  ['boolean', '`true`, `false`'],
]);

/** Brings the page up to date. */
export function write() {
  fs.writeFileSync(REFERENCE, withTables(fs.readFileSync(REFERENCE, 'utf8')));
}
