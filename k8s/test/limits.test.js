import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { containers, find, nameOf, plainName, renderings, workloads } from './lib/render.js';
import { K8S, SERVICES } from './lib/paths.js';
import { bytes, seconds } from './lib/settings.js';

const RESERVE_SECONDS = 10;

function setting(objects, service, variable) {
  return find(objects, 'ConfigMap', service).data[variable];
}

function deployments(visit) {
  for (const { name, objects } of renderings()) {
    for (const service of SERVICES) {
      const deployment = find(objects, 'Deployment', service);
      visit({ at: `${name}: ${service}`, service, objects, deployment, pod: deployment.spec.template.spec });
    }
  }
}

test('the grace period has room for the drain and a reserve', () => {
  deployments(({ at, service, objects, pod }) => {
    const sleep = pod.containers[0].lifecycle?.preStop.sleep.seconds ?? 0;
    const rest =
      service === 'push-service'
        ? seconds(setting(objects, service, 'FRESHET_PUSH_DRAIN_ACCEPT')) +
          seconds(setting(objects, service, 'FRESHET_PUSH_DRAIN_WINDOW'))
        : seconds(setting(objects, service, 'QUARKUS_SHUTDOWN_TIMEOUT'));
    assert.ok(pod.terminationGracePeriodSeconds >= sleep + rest + RESERVE_SECONDS, at);
    // It would count into the drain, which has an accept time of its own.
    if (service === 'push-service') assert.equal(sleep, 0, at);
    else assert.ok(sleep >= 5, at);
  });
});

test('the router’s grace period has room for its own', () => {
  for (const { name, objects } of renderings()) {
    const router = find(objects, 'Deployment', 'router');
    if (!router) continue;
    const conf = find(objects, 'ConfigMap', 'router').data['nginx.conf'];
    const shutdown = Number(/worker_shutdown_timeout (\d+)s;/.exec(conf)[1]);
    const pod = router.spec.template.spec;
    assert.ok(
      pod.terminationGracePeriodSeconds >= pod.containers[0].lifecycle.preStop.sleep.seconds + shutdown + RESERVE_SECONDS,
      name,
    );
  }
});

test('no rollout takes a pod away before another one is there', () => {
  deployments(({ at, deployment }) => {
    assert.equal(deployment.spec.strategy.rollingUpdate.maxUnavailable, 0, at);
  });
});

test('the autoscaler takes away one pod per drain at most, after ten minutes', () => {
  for (const { name, objects } of renderings()) {
    for (const { kind, spec } of objects) {
      const behavior = { HorizontalPodAutoscaler: spec?.behavior, ScaledObject: spec?.advanced?.horizontalPodAutoscalerConfig.behavior }[kind];
      if (!behavior) continue;
      const { stabilizationWindowSeconds, policies } = behavior.scaleDown;
      const grace = find(objects, 'Deployment', 'push-service').spec.template.spec.terminationGracePeriodSeconds;
      assert.ok(stabilizationWindowSeconds >= 600, name);
      assert.deepEqual(policies.map(({ type, value }) => [type, value]), [['Pods', 1]], name);
      assert.ok(policies[0].periodSeconds > grace, name);
    }
  }
});

test('a container has twice the memory of its heap', () => {
  const options = fs.readFileSync(path.join(K8S, 'base/jvm.options'), 'utf8');
  const heap = /^-Xmx(\S+)$/m.exec(options)[1];
  deployments(({ at, objects, pod }) => {
    const [container] = pod.containers;
    assert.deepEqual(container.args, [`-Xmx${heap}`], `${at}: native images have the same heap`);
    assert.ok(bytes(container.resources.limits.memory) >= 2 * bytes(heap), at);
    const map = pod.volumes.find(({ name }) => name === 'jvm-options').configMap.name;
    assert.equal(find(objects, 'ConfigMap', plainName(map)).data['jvm.options'], options, at);
  });
});

test('Redis has twice its maxmemory, and a disk for its file being written anew', () => {
  for (const { name, objects } of renderings()) {
    const redis = find(objects, 'StatefulSet', 'redis');
    if (!redis) continue;
    const conf = find(objects, 'ConfigMap', 'redis').data['redis.conf'];
    const maxmemory = bytes(/^maxmemory (\S+)$/m.exec(conf)[1]);
    const container = redis.spec.template.spec.containers.find((one) => one.name === 'redis');
    assert.ok(bytes(container.resources.limits.memory) >= 2 * maxmemory, name);
    assert.ok(bytes(redis.spec.volumeClaimTemplates[0].spec.resources.requests.storage) >= 4 * maxmemory, name);
  }
});

test('every container says what it needs and is bounded in memory, not in processor time', () => {
  for (const { name, objects } of renderings()) {
    for (const workload of workloads(objects)) {
      for (const { resources, name: container } of containers(workload)) {
        const at = `${name}: ${nameOf(workload)} ${container}`;
        assert.ok(resources.requests.cpu && resources.requests.memory && resources.limits.memory, at);
        assert.ok(bytes(resources.limits.memory) >= bytes(resources.requests.memory), at);
        assert.equal(resources.limits.cpu, undefined, at);
      }
    }
  }
});

test('every pod keeps to the standard "restricted", and more', () => {
  for (const { name, objects } of renderings()) {
    for (const workload of workloads(objects)) {
      const pod = workload.spec.template.spec;
      const at = `${name}: ${nameOf(workload)}`;
      assert.equal(pod.automountServiceAccountToken, false, at);
      assert.equal(pod.enableServiceLinks, false, at);
      assert.equal(pod.securityContext.runAsNonRoot, true, at);
      assert.ok(pod.securityContext.runAsUser > 0 && pod.securityContext.runAsGroup > 0, at);
      assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault', at);
      assert.ok(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC && !(pod.volumes ?? []).some((one) => one.hostPath), at);
      for (const { securityContext } of containers(workload)) {
        assert.deepEqual(
          securityContext,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          at,
        );
      }
    }
  }
});

test('several replicas spread over nodes and zones', () => {
  deployments(({ at, pod }) => {
    assert.deepEqual(
      pod.topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
      ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'],
      at,
    );
  });
});
