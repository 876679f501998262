import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { containers, find, plainName, renderings, workloads } from './lib/render.js';
import { SERVICES } from './lib/paths.js';
import { withTables } from './lib/reference.js';
import { applicationProperties, devDefaults, documented, fits, freshetKeys, REFERENCE, variables } from './lib/settings.js';

/** Variables of a container, from ConfigMaps and its own, with their values; '' where a secret has it. */
function environment(objects, container) {
  const all = new Map();
  for (const { configMapRef } of container.envFrom ?? []) {
    const map = find(objects, 'ConfigMap', plainName(configMapRef.name));
    for (const [name, value] of Object.entries(map.data)) all.set(name, value);
  }
  for (const { name, value } of container.env ?? []) all.set(name, value ?? '');
  return all;
}

function eachService(objects) {
  return workloads(objects)
    .flatMap(containers)
    .filter((container) => SERVICES.includes(container.name))
    .map((container) => ({ service: container.name, variables: environment(objects, container) }));
}

test('every variable of a service is a setting that it has, with a value that it can read', () => {
  for (const { name, objects } of renderings()) {
    const services = eachService(objects);
    assert.equal(services.length, SERVICES.length, name);
    for (const { service, variables: given } of services) {
      const known = variables(service);
      for (const [variable, value] of given) {
        assert.ok(known.has(variable), `${name}: ${service} has no setting ${variable}`);
        if (value !== '') assert.ok(fits(value, known.get(variable)), `${name}: ${variable}=${value}`);
      }
    }
  }
});

test('what a service needs is there in the overlays', () => {
  for (const { name, objects } of renderings().filter((one) => one.name.startsWith('overlays/'))) {
    for (const { service, variables: given } of eachService(objects)) {
      for (const needed of [
        'MP_JWT_VERIFY_PUBLICKEY_LOCATION',
        'MP_JWT_VERIFY_ISSUER',
        'MP_JWT_VERIFY_AUDIENCES',
        'QUARKUS_REDIS_HOSTS',
        'QUARKUS_REDIS_PASSWORD',
        'FRESHET_AUTH_ORIGINS',
      ]) {
        assert.ok(given.has(needed), `${name}: ${service} lacks ${needed}`);
      }
    }
  }
});

test('services that use the log have its partitions from one place', () => {
  for (const { name, objects } of renderings()) {
    const told = eachService(objects)
      .filter(({ service }) => service !== 'ticket-service')
      .map(({ variables: given }) => given.get('FRESHET_LOG_PARTITIONS'));
    assert.equal(told.length, 2, name);
    assert.ok(Number(told[0]) >= 1 && told[0] === told[1], `${name}: ${told}`);
  }
});

test('each service is its own user of Redis', () => {
  for (const { name, objects } of renderings()) {
    for (const { service, variables: given } of eachService(objects)) {
      for (const host of given.get('QUARKUS_REDIS_HOSTS').split(',')) {
        assert.equal(new URL(host).searchParams.get('user'), service, `${name}: ${host}`);
      }
    }
  }
});

test('no setting is the dev profile’s', () => {
  for (const { objects } of renderings()) {
    for (const { variables: given } of eachService(objects)) assert.ok(!given.has('QUARKUS_PROFILE'));
  }
});

test('the reference’s tables are what the interfaces say: `./dev reference` writes them', () => {
  const page = fs.readFileSync(REFERENCE, 'utf8');
  assert.equal(withTables(page), page);
});

test('the reference has every setting, with its default, that of the profile dev, its type and its meaning', () => {
  const keys = documented();
  assert.deepEqual(new Set(keys).size, keys.length, 'a key is there twice');
  for (const service of SERVICES) {
    for (const key of freshetKeys(service).keys()) assert.ok(keys.includes(key), key);
  }
  assert.ok(keys.filter((key) => key.startsWith('freshet.')).length > 60, `${keys.length} keys`);
  const rows = fs.readFileSync(REFERENCE, 'utf8').split('\n');
  for (const row of [
    /^\| `freshet\.push\.drain\.accept` \| `5S`, dev `0S` \| duration \| .+ \[draining\]\(\.\.\/operations\/draining\.md\)\. \|$/,
    /^\| `freshet\.direct-messages` \| `granted`, dev `everyone` \| `granted`, `everyone` \| .+ \|$/,
    /^\| `freshet\.push\.slow\.policy` \| `disconnect` \| `disconnect`, `gap` \| .+ \|$/,
    /^\| `freshet\.push\.slow\.max-lag-bytes` \| `16777216` \| integer \| .+ `freshet\.push\.tail\.window-bytes` .+ \|$/,
    /^\| `freshet\.push\.inbound\.types` \| none \| list \| .+ \|$/,
  ]) {
    assert.equal(rows.filter((one) => row.test(one)).length, 1, String(row));
  }
});

test('what the profile dev sets are settings', () => {
  const known = new Set(SERVICES.flatMap((service) => [...freshetKeys(service).keys()]));
  const dev = [...devDefaults().keys()];
  assert.ok(dev.length > 4, `${dev.length} found`);
  assert.deepEqual(dev.filter((key) => !known.has(key)), []);
});

test('ports are those that the services listen on', () => {
  for (const { name, objects } of renderings()) {
    for (const container of workloads(objects).flatMap(containers)) {
      if (!SERVICES.includes(container.name)) continue;
      const properties = applicationProperties(container.name);
      const port = (key) => Number(new RegExp(`^${key}=(\\d+)$`, 'm').exec(properties)[1]);
      assert.deepEqual(
        container.ports.map(({ name: which, containerPort }) => [which, containerPort]),
        [
          ['http', port('quarkus.http.port')],
          ['management', port('quarkus.management.port')],
        ],
        `${name}: ${container.name}`,
      );
    }
  }
});
