import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { componentNames } from './lib/render.js';
import { K8S, ROOT } from './lib/paths.js';

const pages = [path.join(K8S, 'README.md'), ...componentNames().map((name) => path.join(K8S, 'components', name, 'README.md'))];

test('every component has a page, and the first page knows it', () => {
  const first = fs.readFileSync(pages[0], 'utf8');
  for (const name of componentNames()) assert.ok(first.includes(`](components/${name}/README.md)`), name);
  for (const page of pages) assert.ok(fs.existsSync(page), page);
});

/** Every page of the project, wherever it lies. */
function everyPage(folder = ROOT) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const where = path.join(folder, entry.name);
    if (entry.isDirectory()) return /^(\.|node_modules$|target$)/.test(entry.name) ? [] : everyPage(where);
    return entry.name.endsWith('.md') ? [where] : [];
  });
}

/** As GitHub makes them. A comment in a block of code counts, too; it hides no mistake worth the trouble. */
function anchors(page) {
  return [...fs.readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'),
  );
}

test('links lead to files and headings that are there', () => {
  const all = everyPage();
  assert.ok(all.length > 40 && pages.every((page) => all.includes(page)), `${all.length} pages found`);
  const dead = [];
  for (const page of all) {
    for (const [, link] of fs.readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const target = file ? path.join(path.dirname(page), file) : page;
      if (!fs.existsSync(target) || (anchor && !anchors(target).includes(anchor))) dead.push(`${path.relative(ROOT, page)}: ${link}`);
    }
  }
  assert.deepEqual(dead, []);
});

test('the project’s first page knows every page of docs/operations, and of docs/concepts and docs/reference', () => {
  const first = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  for (const folder of ['operations', 'concepts', 'reference']) {
    for (const name of fs.readdirSync(path.join(ROOT, 'docs', folder))) {
      assert.ok(first.includes(`](docs/${folder}/${name})`), `docs/${folder}/${name}`);
    }
  }
});
