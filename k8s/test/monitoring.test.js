import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { parse, stringify } from 'yaml';
import { QUIET, RAISED } from './lib/alerts.js';
import { K8S, ROOT, SERVICES, TEST } from './lib/paths.js';

/** redis_exporter's, Prometheus's own and those of Micrometer's binders. A real stack is asked for them by `MonitoringIT`. */
const OTHERS = new Set([
  'up',
  'redis_up',
  'redis_memory_used_bytes',
  'redis_memory_max_bytes',
  'redis_evicted_keys_total',
  'redis_aof_enabled',
  'redis_aof_last_write_status',
  'redis_commands_processed_total',
  'redis_cpu_sys_seconds_total',
  'redis_cpu_user_seconds_total',
  'redis_connected_clients',
  'process_cpu_usage',
  'process_files_open_files',
  'process_files_max_files',
]);

function read(...file) {
  return fs.readFileSync(path.join(...file), 'utf8');
}

const groups = ['monitoring', 'monitoring-redis'].flatMap(
  (component) => parse(read(K8S, 'components', component, 'prometheus-rule.yaml')).spec.groups,
);
const alerts = groups.flatMap(({ rules }) => rules);
const dashboard = JSON.parse(read(K8S, 'components/monitoring/freshet.json'));
const adapter = parse(read(K8S, 'components/autoscaling/prometheus-adapter-values.yaml'));
const scaler = parse(read(K8S, 'components/autoscaling-keda/scaled-object.yaml'));

const queries = [
  ...alerts.map(({ alert, expr }) => [alert, expr]),
  ...dashboard.panels.flatMap(({ title, targets }) => (targets ?? []).map(({ expr }) => [title, expr])),
  ...dashboard.templating.list.map(({ name, query }) => [name, query]).filter(([, query]) => query.includes('(')),
  ...adapter.rules.custom.map(({ name, seriesQuery }) => [name.as, seriesQuery]),
  ...scaler.spec.triggers.map(({ name, metadata }) => [name, metadata.query]),
];

const java = ['service-core', ...SERVICES]
  .flatMap((module) =>
    fs
      .readdirSync(path.join(ROOT, module, 'src/main/java'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.java'))
      .map((name) => read(ROOT, module, 'src/main/java', name)),
  )
  .join('\n');
const words = `${java}\n${read(ROOT, 'contract/src/main/java/dev/freshet/contract/problem/ProblemType.java')}`;

function metrics(expr) {
  return expr.match(/\b(up|[a-z]+(_[a-z]+)+)(?=[{[ ),]|$)/g)?.filter((name) => !/^(sum|max|min|count)_/.test(name)) ?? [];
}

test('every metric of a query is one that is told of and that the code has', () => {
  const observing = read(ROOT, 'docs/operations/observing.md');
  let seen = 0;
  for (const [where, expr] of queries) {
    const names = metrics(expr.replaceAll(/"[^"]*"/g, '""').replaceAll(/\b(by|without) ?\([^)]*\)/g, ''));
    assert.ok(names.length > 0, `${where}: ${expr}`);
    for (const name of names) {
      if (OTHERS.has(name) || name === 'label_values' || name === 'histogram_quantile') continue;
      seen++;
      const series = name.replace(/_(bucket|count|sum)$/, '');
      assert.match(observing, new RegExp(`\`${series}[\`{]`), `${where}: ${name} is not in observing.md`);
      const dotted = series.replace(/_total$/, '').replaceAll('_', '.');
      assert.ok(
        java.includes(`"${dotted}"`) || java.includes(`"${dotted.replace(/\.seconds$/, '')}"`),
        `${where}: nothing counts ${name}`,
      );
    }
  }
  assert.ok(seen > 60, `${seen} names`);
});

test('every value of a label in an alert is one that the code has', () => {
  for (const { alert, expr } of alerts) {
    for (const [, label, , values] of expr.matchAll(/\b(\w+)(=~?)"([^"]*)"/g)) {
      if (label === 'job') continue;
      for (const value of values.split('|')) assert.ok(words.includes(`"${value}"`), `${alert}: ${label}="${value}"`);
    }
  }
});

test('every alert says how bad it is and has a runbook', () => {
  const headings = [...read(ROOT, 'docs/operations/runbooks.md').matchAll(/^## (.*)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'),
  );
  for (const { alert, labels, annotations } of alerts) {
    assert.ok(['critical', 'warning', 'info'].includes(labels.severity), alert);
    assert.ok(annotations.summary && annotations.description, alert);
    const [page, anchor] = annotations.runbook_url.split('#');
    assert.match(page, /\/docs\/operations\/runbooks\.md$/, alert);
    assert.ok(headings.includes(anchor), `${alert}: runbooks.md has no "${anchor}"`);
  }
});

test('panels do not overlap, and each has a query', () => {
  const taken = new Set();
  for (const { id, type, title, gridPos, targets } of dashboard.panels) {
    if (type !== 'row') assert.ok(targets.length > 0, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(x < 24 && !taken.has(`${x} ${y}`), `${id} ${title}`);
        taken.add(`${x} ${y}`);
      }
    }
  }
});

test('Prometheus takes the rules; each alert fires when it should, and none on a quiet day', (t) => {
  try {
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
  } catch {
    t.skip('there is no promtool here: Debian has it in the package prometheus');
    return;
  }
  assert.deepEqual([...new Set(alerts.map(({ alert }) => alert))].sort(), Object.keys(RAISED).sort());
  const folder = path.join(TEST, '.rendered', 'rules');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'rules.yaml'), stringify({ groups }));
  const series = (all) => Object.entries(all).map(([name, values]) => ({ series: name, values }));
  const firing = (which) => `count by (alertname) (ALERTS{alertstate="firing"${which}})`;
  const cases = Object.entries(RAISED).map(([alert, { series: given, at, count }]) => ({
    name: alert,
    interval: '1m',
    input_series: series(given),
    promql_expr_test: [
      {
        expr: firing(`,alertname="${alert}"`),
        eval_time: at,
        exp_samples: [{ labels: `{alertname="${alert}"}`, value: count ?? 1 }],
      },
    ],
  }));
  const quiet = {
    name: 'a quiet day',
    interval: '1m',
    input_series: series(QUIET),
    promql_expr_test: ['5m', '25m', '40m', '58m'].map((at) => ({ expr: firing(''), eval_time: at, exp_samples: [] })),
  };
  fs.writeFileSync(
    path.join(folder, 'tests.yaml'),
    stringify({ rule_files: ['rules.yaml'], evaluation_interval: '1m', tests: [...cases, quiet] }),
  );
  const run = (...args) => execFileSync('promtool', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  run('check', 'rules', 'rules.yaml');
  try {
    run('test', 'rules', 'tests.yaml');
  } catch (failure) {
    assert.fail(failure.stderr + failure.stdout);
  }
});
