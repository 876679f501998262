import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { containers, find, plainName, renderings, workloads } from './lib/render.js';
import { K8S } from './lib/paths.js';

/** Users of an ACL file that have a password. */
function users(text) {
  return [...text.matchAll(/^user ([\w-]+) on #@([\w-]+)@/gm)].map(([, user, key]) => {
    assert.equal(user, key, 'the secret’s key is the user’s name');
    return user;
  });
}

function usersOf(objects) {
  return objects
    .filter(({ kind, data }) => kind === 'ConfigMap' && data)
    .flatMap(({ data }) => Object.entries(data).filter(([file]) => file.endsWith('.acl')))
    .flatMap(([, text]) => users(text));
}

test('whoever logs in to Redis is a user there', () => {
  for (const { name, objects } of renderings()) {
    if (!find(objects, 'StatefulSet', 'redis')) continue;
    const known = usersOf(objects);
    for (const map of objects.filter(({ kind, data }) => kind === 'ConfigMap' && data.QUARKUS_REDIS_HOSTS)) {
      for (const host of map.data.QUARKUS_REDIS_HOSTS.split(',')) {
        assert.ok(known.includes(new URL(host).searchParams.get('user')), `${name}: ${host}`);
      }
    }
    for (const container of workloads(objects).flatMap(containers)) {
      for (const { valueFrom } of container.env ?? []) {
        if (valueFrom?.secretKeyRef?.name && plainName(valueFrom.secretKeyRef.name) === 'freshet-redis') {
          assert.ok(known.includes(valueFrom.secretKeyRef.key), `${name}: ${valueFrom.secretKeyRef.key}`);
        }
      }
    }
  }
});

test('the secret of the overlay dev has a password for every user of its Redis', () => {
  const { objects } = renderings().find(({ name }) => name === 'overlays/dev');
  assert.deepEqual(Object.keys(find(objects, 'Secret', 'freshet-redis').data).sort(), usersOf(objects).sort());
});

test('k8s/README.md makes a password for every user of the base', () => {
  const readme = fs.readFileSync(path.join(K8S, 'README.md'), 'utf8');
  const [, made] = /for user in ([\w -]+); do/.exec(readme);
  const needed = users(fs.readFileSync(path.join(K8S, 'base/redis/users.acl'), 'utf8'));
  assert.deepEqual(made.split(' ').sort(), needed.sort());
});
