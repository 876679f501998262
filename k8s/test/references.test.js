import assert from 'node:assert/strict';
import test from 'node:test';
import { containers, find, nameOf, plainName, renderings, selects, workloads } from './lib/render.js';
import { SERVICES } from './lib/paths.js';

/** What operators make, by name; k8s/README.md says how. Keys of the secret: passwords.test.js. */
const MADE_BY_HAND = {
  ConfigMap: { 'freshet-jwt': ['public.pem'], 'freshet-redis-ca': ['ca.crt'] },
  Secret: {
    'freshet-redis': [
      'ticket-service', 'events-service', 'push-service', 'producer', 'exporter', 'operator', 'replication', 'sentinel',
    ],
    'freshet-tls': ['tls.crt', 'tls.key'],
  },
};

/** Health paths of Quarkus, at the management port; a test of the services asks them. */
const PROBES = {
  startupProbe: '/q/health/started',
  livenessProbe: '/q/health/live',
  readinessProbe: '/q/health/ready',
};

function each(visit) {
  for (const { name, objects } of renderings()) visit(objects, name);
}

function pods(objects) {
  return workloads(objects).map((workload) => ({ workload, ...workload.spec.template }));
}

function keysOf(objects, kind, name) {
  const object = find(objects, kind, plainName(name));
  if (object) {
    assert.equal(object.metadata.name, name, 'with the hash of what is in it');
    return Object.keys(object.data);
  }
  return MADE_BY_HAND[kind][name];
}

test('every ConfigMap and Secret that a pod names is there, with the keys that it names', () => {
  each((objects, where) => {
    for (const { workload, spec } of pods(objects)) {
      const at = `${where}: ${nameOf(workload)}`;
      for (const { configMap, secret } of spec.volumes ?? []) {
        if (configMap) assert.ok(keysOf(objects, 'ConfigMap', configMap.name), `${at}: ConfigMap ${configMap.name}`);
        if (secret) assert.ok(keysOf(objects, 'Secret', secret.secretName), `${at}: Secret ${secret.secretName}`);
      }
      for (const container of containers(workload)) {
        for (const { configMapRef, secretRef } of container.envFrom ?? []) {
          assert.equal(secretRef, undefined, 'secrets are named key by key');
          assert.ok(keysOf(objects, 'ConfigMap', configMapRef.name), `${at}: ConfigMap ${configMapRef.name}`);
        }
        for (const { valueFrom } of container.env ?? []) {
          if (!valueFrom?.secretKeyRef) continue;
          const { name, key } = valueFrom.secretKeyRef;
          assert.ok(keysOf(objects, 'Secret', name)?.includes(key), `${at}: Secret ${name} ${key}`);
        }
      }
    }
  });
});

test('no secret stands in production’s manifests', () => {
  const { objects } = renderings().find(({ name }) => name === 'overlays/production');
  assert.deepEqual(objects.filter(({ kind }) => kind === 'Secret'), []);
});

test('every mount has its volume, every volume its mount, and files that are named are in one', () => {
  each((objects, where) => {
    for (const { workload, spec } of pods(objects)) {
      const at = `${where}: ${nameOf(workload)}`;
      const volumes = [
        ...(spec.volumes ?? []).map(({ name }) => name),
        ...(workload.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name),
      ];
      const mounts = containers(workload).flatMap((container) => container.volumeMounts ?? []);
      assert.deepEqual([...new Set(mounts.map(({ name }) => name))].sort(), [...volumes].sort(), at);
      for (const container of containers(workload)) {
        for (const file of filesNamed(objects, container)) {
          const mount = (container.volumeMounts ?? []).find(({ mountPath }) => file.startsWith(`${mountPath}/`));
          assert.ok(mount, `${at}: ${file} is not mounted`);
          const volume = spec.volumes.find(({ name }) => name === mount.name);
          const keys = volume.configMap
            ? keysOf(objects, 'ConfigMap', volume.configMap.name)
            : keysOf(objects, 'Secret', volume.secret.secretName);
          assert.ok(keys.includes(file.slice(mount.mountPath.length + 1)), `${at}: ${file}`);
        }
      }
    }
  });
});

/** Below /etc/freshet, in a container's command and settings and in the scripts that it starts. */
function filesNamed(objects, container) {
  const settings = (container.envFrom ?? []).flatMap(({ configMapRef }) =>
    Object.values(find(objects, 'ConfigMap', plainName(configMapRef.name))?.data ?? {}),
  );
  const texts = [
    ...(container.command ?? []),
    ...(container.args ?? []),
    ...(container.env ?? []).map(({ value }) => value ?? ''),
    ...settings,
  ];
  return texts.flatMap((text) => text.match(/\/etc\/freshet\/[\w./-]+\.\w+/g) ?? []);
}

test('every probe asks a port and a path that are there', () => {
  each((objects, where) => {
    for (const container of workloads(objects).flatMap(containers)) {
      const ports = (container.ports ?? []).map(({ name }) => name);
      for (const [probe, path] of Object.entries(PROBES)) {
        const at = `${where}: ${container.name} ${probe}`;
        const http = container[probe]?.httpGet;
        if (http) assert.ok(ports.includes(http.port), at);
        if (SERVICES.includes(container.name)) {
          assert.deepEqual(http, { path, port: 'management' }, at);
        } else if (container.name === 'router' && http) {
          const conf = find(objects, 'ConfigMap', 'router').data['nginx.conf'];
          assert.ok(conf.includes(`location = ${http.path} {`), at);
        }
      }
    }
  });
});

test('the router listens where its ports are', () => {
  each((objects) => {
    const router = find(objects, 'Deployment', 'router');
    if (!router) return;
    const conf = find(objects, 'ConfigMap', 'router').data['nginx.conf'];
    assert.deepEqual(
      router.spec.template.spec.containers[0].ports.map(({ containerPort }) => String(containerPort)),
      [...conf.matchAll(/^ {4}listen (\d+);$/gm)].map((match) => match[1]),
    );
  });
});

test('every Service finds pods and a port of theirs', () => {
  each((objects, where) => {
    for (const service of objects.filter(({ kind }) => kind === 'Service')) {
      const found = pods(objects).filter(({ metadata }) => selects({ matchLabels: service.spec.selector }, metadata.labels));
      assert.equal(found.length, 1, `${where}: ${nameOf(service)}`);
      const names = containers(found[0].workload).flatMap((container) => (container.ports ?? []).map(({ name }) => name));
      for (const { targetPort } of service.spec.ports) assert.ok(names.includes(targetPort), `${where}: ${nameOf(service)}`);
    }
  });
});

test('a workload’s selector takes its own pods, and nobody else’s', () => {
  each((objects, where) => {
    for (const { workload } of pods(objects)) {
      if (!workload.spec.selector) continue;
      const taken = pods(objects).filter(({ metadata }) => selects(workload.spec.selector, metadata.labels));
      assert.deepEqual(taken.map((pod) => pod.workload), [workload], `${where}: ${nameOf(workload)}`);
      for (const constraint of workload.spec.template.spec.topologySpreadConstraints ?? []) {
        assert.ok(selects(constraint.labelSelector, workload.spec.template.metadata.labels));
      }
    }
  });
});

test('every selector of a budget, policy or monitor finds pods, and the ports that it names', () => {
  each((objects, where) => {
    const optional = new Set(['freshet-router', 'freshet-redis', 'freshet-services']);
    for (const object of objects) {
      const selector = { PodDisruptionBudget: 'selector', NetworkPolicy: 'podSelector', PodMonitor: 'selector' }[object.kind];
      if (!selector) continue;
      const found = pods(objects).filter(({ metadata }) => selects(object.spec[selector], metadata.labels));
      const at = `${where}: ${nameOf(object)}`;
      if (found.length === 0) assert.ok(optional.has(object.metadata.name), at);
      const names = new Set(
        found.flatMap(({ workload }) => containers(workload)).flatMap(({ ports }) => (ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort])),
      );
      if (object.kind === 'PodMonitor') {
        for (const { port, path } of object.spec.podMetricsEndpoints) {
          assert.ok(names.has(port), at);
          assert.equal(path, '/metrics', at);
        }
      }
      for (const { ports } of (found.length > 0 && object.spec.ingress) || []) {
        for (const { port } of ports) {
          if (typeof port === 'string') assert.ok(names.has(port), `${at}: ${port}`);
        }
      }
    }
  });
});

test('every port that a policy opens is one of the pods behind it, in some rendering', () => {
  const all = renderings().flatMap(({ objects }) => pods(objects));
  const portsOf = (selector) =>
    all
      .filter(({ metadata }) => selects(selector, metadata.labels))
      .flatMap(({ workload }) => containers(workload))
      .flatMap(({ ports }) => (ports ?? []).flatMap(({ name, containerPort }) => [name, containerPort]));
  each((objects, where) => {
    for (const policy of objects.filter(({ kind }) => kind === 'NetworkPolicy')) {
      const incoming = (policy.spec.ingress ?? []).map(({ ports }) => [[policy.spec.podSelector], ports]);
      // Addresses and other namespaces are not ours.
      const outgoing = (policy.spec.egress ?? [])
        .map(({ to, ports }) => [to.filter((peer) => !peer.namespaceSelector).flatMap((peer) => peer.podSelector ?? []), ports])
        .filter(([selectors]) => selectors.length > 0);
      for (const [selectors, ports] of [...incoming, ...outgoing]) {
        const there = selectors.flatMap(portsOf);
        for (const { port } of ports) assert.ok(there.includes(port), `${where}: ${nameOf(policy)} ${port}`);
      }
    }
  });
});

test('whatever a Service of the services leads to has a budget', () => {
  each((objects, where) => {
    for (const name of [...SERVICES, ...(find(objects, 'Deployment', 'router') ? ['router'] : [])]) {
      const { metadata } = find(objects, 'Deployment', name).spec.template;
      const budgets = objects.filter(({ kind, spec }) => kind === 'PodDisruptionBudget' && selects(spec.selector, metadata.labels));
      assert.equal(budgets.length, 1, `${where}: ${name}`);
    }
  });
});

test('every pod of Freshet’s is under a policy', () => {
  each((objects, where) => {
    if (!where.includes('network-policies') && where !== 'overlays/production') return;
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    for (const { workload, metadata } of pods(objects)) {
      if (metadata.labels['app.kubernetes.io/part-of'] !== 'freshet') continue;
      const own = policies.filter(({ spec }) => selects(spec.podSelector, metadata.labels));
      assert.ok(own.length >= 3, `${where}: ${nameOf(workload)} has ${own.map(nameOf)}`);
    }
  });
});

test('routes, ingresses and autoscalers lead to what is there', () => {
  each((objects, where) => {
    const service = (name, port) => {
      const found = objects.find((object) => object.kind === 'Service' && object.metadata.name === name);
      assert.ok(found?.spec.ports.some((one) => one.port === port || one.name === port), `${where}: ${name} ${port}`);
    };
    for (const { kind, spec } of objects) {
      if (kind === 'HTTPRoute') {
        for (const { name, port } of spec.rules.flatMap((rule) => rule.backendRefs)) service(name, port);
        if (where.startsWith('overlays/')) {
          for (const { name } of spec.parentRefs) assert.ok(objects.some((one) => one.kind === 'Gateway' && one.metadata.name === name));
        }
      }
      if (kind === 'Ingress') {
        for (const { backend } of spec.rules.flatMap((rule) => rule.http.paths)) service(backend.service.name, backend.service.port.name);
      }
      if (kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject') {
        const target = objects.find((one) => one.kind === 'Deployment' && one.metadata.name === spec.scaleTargetRef.name);
        assert.ok(target, where);
        assert.equal(target.spec.replicas, undefined, `${where}: an apply would set back what the autoscaler decided`);
      }
    }
  });
});

test('a certificate is for the host of the way in, where that looks for it', () => {
  const { objects } = renderings().find(({ name }) => name === 'overlays/production + components/certificate');
  const { secretName, dnsNames } = objects.find(({ kind }) => kind === 'Certificate').spec;
  const listeners = objects.filter(({ kind }) => kind === 'Gateway').flatMap(({ spec }) => spec.listeners);
  assert.deepEqual(listeners.flatMap(({ tls }) => tls.certificateRefs.map(({ name }) => name)), [secretName]);
  assert.deepEqual(listeners.map(({ hostname }) => hostname), dnsNames);
});

test('an overlay has one way in', () => {
  each((objects, where) => {
    const routes = objects.filter(({ kind }) => kind === 'HTTPRoute').length;
    const router = find(objects, 'Deployment', 'router');
    assert.equal(routes, router ? 0 : 3, where);
  });
});

test('accounts that pods name are there, and images have a tag in the overlays', () => {
  each((objects, where) => {
    for (const { workload, spec } of pods(objects)) {
      if (spec.serviceAccountName) {
        assert.ok(find(objects, 'ServiceAccount', spec.serviceAccountName), `${where}: ${nameOf(workload)}`);
      }
      if (!where.startsWith('overlays/')) continue;
      for (const { image } of containers(workload)) assert.match(image, /^[\w.-]+\/.+:[^:]+$/, `${where}: ${image}`);
      assert.doesNotMatch(JSON.stringify(containers(workload).map(({ image }) => image)), /:latest/);
    }
  });
});

test('a StatefulSet’s Service is there', () => {
  each((objects, where) => {
    for (const { spec } of objects.filter(({ kind }) => kind === 'StatefulSet')) {
      assert.ok(objects.some(({ kind, metadata }) => kind === 'Service' && metadata.name === spec.serviceName), where);
    }
  });
});

test('addresses of Redis lead to Services that are there', () => {
  each((objects, where) => {
    for (const map of objects.filter(({ kind, data }) => kind === 'ConfigMap' && data.QUARKUS_REDIS_HOSTS)) {
      for (const host of map.data.QUARKUS_REDIS_HOSTS.split(',')) {
        const { hostname, port } = new URL(host);
        if (hostname.endsWith('.example.com')) continue;
        const [first, second] = hostname.split('.').reverse();
        const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === first);
        assert.ok(service?.spec.ports.some((one) => one.port === Number(port)), `${where}: ${host}`);
        if (second) {
          // A pod of a StatefulSet, by its number.
          const [, set, number] = /^(.*)-(\d+)$/.exec(second);
          const owner = find(objects, 'StatefulSet', set);
          assert.ok(owner.spec.serviceName === first && Number(number) < owner.spec.replicas, `${where}: ${host}`);
        }
      }
    }
  });
});
