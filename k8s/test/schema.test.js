import assert from 'node:assert/strict';
import test from 'node:test';
import { nameOf, renderings } from './lib/render.js';
import { schemaErrors, typeErrors } from './lib/schema.js';

const everything = renderings().flatMap(({ name, objects }) =>
  objects.map((object) => ({ name: `${name}: ${nameOf(object)}`, object })),
);

/** Each form once: most objects are the same in every rendering. */
const distinct = [...new Map(everything.map((one) => [JSON.stringify(one.object), one])).values()];

test('every object is what its schema says', async () => {
  assert.ok(distinct.length > 50, `${distinct.length} objects`);
  for (const { name, object } of distinct) {
    assert.deepEqual(await schemaErrors(object), [], name);
  }
});

test('no object has a field that its type does not have', () => {
  assert.deepEqual(typeErrors(distinct), []);
});

test('an unknown field is found, however deep', () => {
  const broken = structuredClone(
    distinct.find(({ object: { kind, metadata } }) => kind === 'Deployment' && metadata.name === 'push-service').object,
  );
  broken.spec.template.spec.containers[0].livenessProbe.httpGet.prot = 'management';
  const route = structuredClone(distinct.find(({ object: { kind } }) => kind === 'HTTPRoute').object);
  route.spec.rules[0].timeout = { request: '0s' };
  const errors = typeErrors([
    { name: 'broken', object: broken },
    { name: 'route', object: route },
  ]);
  assert.equal(errors.length, 2, errors.join('\n'));
  assert.match(errors[0], /broken: .*prot/);
  assert.match(errors[1], /route: .*timeout/);
});

test('a wrong value is found', async () => {
  const broken = structuredClone(distinct.find(({ object: { kind } }) => kind === 'HTTPRoute').object);
  broken.spec.rules[0].matches[0].method = 'FETCH';
  assert.equal((await schemaErrors(broken)).length, 1);
});

test('names are unique in every rendering', () => {
  for (const { name, objects } of renderings()) {
    const names = objects.map((object) => `${object.apiVersion} ${nameOf(object)}`);
    assert.deepEqual(
      names.filter((one, index) => names.indexOf(one) !== index),
      [],
      name,
    );
  }
});
