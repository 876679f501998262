import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { renderings } from './lib/render.js';
import { K8S, ROOT, TEST } from './lib/paths.js';

/** Which service a request reaches by the HTTPRoutes, by the precedence that Gateway API sets: path, then method. */
function route(objects, method, requestPath) {
  const candidates = objects
    .filter(({ kind }) => kind === 'HTTPRoute')
    .flatMap(({ spec }) => spec.rules)
    .flatMap((rule) => rule.matches.map((match) => ({ ...match, to: rule.backendRefs[0].name, timeouts: rule.timeouts })))
    .filter(({ path: { type, value }, method: wanted }) => {
      const fits = type === 'Exact' ? requestPath === value : requestPath === value || requestPath.startsWith(`${value}/`);
      return fits && (wanted === undefined || wanted === method);
    });
  const rank = ({ path: { type, value }, method: wanted }) => [type === 'Exact' ? 1 : 0, value.length, wanted ? 1 : 0];
  candidates.sort((a, b) => {
    const [one, other] = [rank(a), rank(b)];
    const difference = one.findIndex((value, index) => value !== other[index]);
    return difference < 0 ? 0 : other[difference] - one[difference];
  });
  return candidates[0];
}

test('reads go to push-service, writes to events-service, tickets to ticket-service', () => {
  const { objects } = renderings().find(({ name }) => name === 'overlays/production');
  for (const [method, requestPath, service] of [
    ['GET', '/api/events/me', 'push-service'],
    ['HEAD', '/api/stats', 'push-service'],
    ['GET', '/ws', 'push-service'],
    ['POST', '/api/events', 'events-service'],
    ['PATCH', '/api/documents/a/content', 'events-service'],
    ['OPTIONS', '/api/events/me', 'events-service'],
    ['DELETE', '/api/whatever', 'events-service'],
    ['POST', '/api/ws/ticket', 'ticket-service'],
    ['OPTIONS', '/api/ws/ticket', 'ticket-service'],
    ['GET', '/api/ws/ticket', 'ticket-service'],
    ['GET', '/apis', undefined],
    ['GET', '/q/health', undefined],
  ]) {
    assert.equal(route(objects, method, requestPath)?.to, service, `${method} ${requestPath}`);
  }
});

test('no gateway ends a stream', () => {
  const { objects } = renderings().find(({ name }) => name === 'overlays/production');
  for (const requestPath of ['/api/events/me', '/ws']) {
    assert.deepEqual(route(objects, 'GET', requestPath).timeouts, { request: '0s', backendRequest: '0s' });
  }
});

/** Blocks of nginx's configuration by their first line, without comments and indentation. */
function blocks(file) {
  const found = new Map();
  const lines = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^\s*#.*/, '').trim())
    .filter(Boolean);
  for (let i = 0; i < lines.length; i++) {
    if (!/^(map|location) .*\{$/.test(lines[i])) continue;
    const end = lines.indexOf('}', i);
    found.set(lines[i], lines.slice(i + 1, end));
  }
  return found;
}

test('the router does with requests what the proxy of `./dev up` does', () => {
  const dev = path.join(ROOT, 'scripts/dev/nginx.conf.template');
  const router = path.join(K8S, 'components/router/nginx.conf');
  const own = blocks(router);
  for (const [head, body] of blocks(dev)) assert.deepEqual(own.get(head), body, head);
  // One setting each; only what is said about whom to believe differs, for there TLS ends before.
  const single = (file) =>
    fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^(proxy_(?!temp)|client_max|tcp_nodelay|error_page|log_format|server_tokens)/.test(line))
      .filter((line) => !/X-Forwarded-(Proto|Port)/.test(line) && !/proxy_pass/.test(line));
  assert.deepEqual(single(router), single(dev));
});

test('nginx takes the router’s configuration', (t) => {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
  } catch {
    t.skip('there is no nginx here');
    return;
  }
  const folder = path.join(TEST, '.rendered', 'nginx');
  fs.mkdirSync(folder, { recursive: true });
  const conf = path.join(folder, 'nginx.conf');
  // Names of Services that nobody here can look up, and files that are elsewhere here.
  const text = fs
    .readFileSync(path.join(K8S, 'components/router/nginx.conf'), 'utf8')
    .replace(/server (\w+)-service:80/g, 'server 127.0.0.1:80')
    .replace('/dev/stdout', 'access.log')
    .replaceAll('/tmp/', `${folder}/`);
  fs.writeFileSync(conf, text);
  execFileSync('nginx', ['-t', '-q', '-e', 'stderr', '-p', `${folder}/`, '-c', conf], { stdio: 'pipe' });
});
