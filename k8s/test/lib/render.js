import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { K8S, TEST } from './paths.js';

/**
 * @typedef {object} Rendering
 * @property {string} name for messages
 * @property {any[]} objects
 */

/** What `kubectl kustomize` makes of a folder below k8s/. It fails with kustomize's own words. */
export function render(folder) {
  const text = execFileSync('kubectl', ['kustomize', path.join(K8S, folder)], { encoding: 'utf8', maxBuffer: 64 << 20 });
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });
}

export function componentNames() {
  return fs
    .readdirSync(path.join(K8S, 'components'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The base with components, as an overlay of somebody's would have them. */
export function renderWith(...components) {
  return renderOn('base', components);
}

/** Another folder below k8s/ with components. */
function renderOn(resource, components) {
  const folder = path.join(TEST, '.rendered', [resource.replaceAll('/', '-'), ...components].join('+'));
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, 'kustomization.yaml'),
    [
      'apiVersion: kustomize.config.k8s.io/v1beta1',
      'kind: Kustomization',
      `resources: [../../../${resource}]`,
      `components: [${components.map((name) => `../../../components/${name}`).join(', ')}]`,
      '',
    ].join('\n'),
  );
  return render(path.relative(K8S, folder));
}

/** Components that belong together, besides each by itself. */
const TOGETHER = [
  ['redis-sentinel', 'monitoring', 'monitoring-redis', 'network-policies'],
  ['redis-cluster', 'monitoring', 'monitoring-redis', 'network-policies'],
  ['redis-external', 'monitoring', 'network-policies', 'jwks'],
  ['ingress', 'network-policies', 'autoscaling-keda', 'jwks', 'demo'],
];

/** @type {Rendering[] | undefined} */
let known;

/** @returns {Rendering[]} everything that somebody may apply */
export function renderings() {
  known ??= [
    { name: 'overlays/dev', objects: render('overlays/dev') },
    { name: 'overlays/production', objects: render('overlays/production') },
    { name: 'overlays/production + components/certificate', objects: renderOn('overlays/production', ['certificate']) },
    { name: 'base', objects: renderWith() },
    ...[...componentNames().map((name) => [name]), ...TOGETHER].map((components) => ({
      name: components.map((name) => `components/${name}`).join(' + '),
      objects: renderWith(...components),
    })),
  ];
  return known;
}

export function nameOf(object) {
  return `${object.kind} ${object.metadata.name}`;
}

/** Objects with pods in them. */
export function workloads(objects) {
  return objects.filter((object) => object.spec?.template?.spec?.containers);
}

export function containers(workload) {
  const pod = workload.spec.template.spec;
  return [...(pod.initContainers ?? []), ...pod.containers];
}

/** Without the hash that kustomize puts behind names of ConfigMaps and Secrets. */
export function plainName(name) {
  return name.replace(/-[a-z0-9]{10}$/, '');
}

export function find(objects, kind, name) {
  return objects.find((object) => object.kind === kind && plainName(object.metadata.name) === name);
}

/** Whether a label selector takes these labels. */
export function selects(selector, labels) {
  const wanted = Object.entries(selector?.matchLabels ?? {});
  const expressions = selector?.matchExpressions ?? [];
  return (
    wanted.every(([key, value]) => labels?.[key] === value) &&
    expressions.every(({ key, operator, values }) => {
      switch (operator) {
        case 'In':
          return values.includes(labels?.[key]);
        case 'NotIn':
          return !values.includes(labels?.[key]);
        case 'Exists':
          return key in (labels ?? {});
        default:
          throw new Error(`unknown operator ${operator}`);
      }
    })
  );
}
