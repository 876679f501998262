import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { componentNames } from './lib/render.js';
import { K8S } from './lib/paths.js';

const pages = [path.join(K8S, 'README.md'), ...componentNames().map((name) => path.join(K8S, 'components', name, 'README.md'))];

test('every component has a page, and the first page knows it', () => {
  const first = fs.readFileSync(pages[0], 'utf8');
  for (const name of componentNames()) assert.ok(first.includes(`](components/${name}/README.md)`), name);
  for (const page of pages) assert.ok(fs.existsSync(page), page);
});

test('links lead to files and headings that are there', () => {
  for (const page of pages) {
    for (const [, link] of fs.readFileSync(page, 'utf8').matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const [file, anchor] = link.split('#');
      const target = file ? path.join(path.dirname(page), file) : page;
      assert.ok(fs.existsSync(target), `${page}: ${link}`);
      if (!anchor) continue;
      const headings = [...fs.readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'),
      );
      assert.ok(headings.includes(anchor), `${page}: ${link}`);
    }
  }
});
