import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { TEST } from './paths.js';

const PACKAGES = {
  'cert-manager.io': '@kubernetes-models/cert-manager/cert-manager.io',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api/gateway.networking.k8s.io',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator/monitoring.coreos.com',
  'keda.sh': '@kubernetes-models/keda/keda.sh',
};

function moduleOf(object) {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const base = PACKAGES[group] ?? (group ? `kubernetes-models/${group}` : 'kubernetes-models');
  return `${base}/${version}`;
}

/** Required fields, enumerations, formats, bounds: what the schema says. Unknown fields pass here. */
export async function schemaErrors(object) {
  const model = (await import(moduleOf(object)))[object.kind];
  if (!model) return [`${object.apiVersion} has no ${object.kind}`];
  try {
    new model(object).validate();
    return [];
  } catch (error) {
    return [error.message];
  }
}

/**
 * Unknown fields, which the API server would drop with a warning: objects are given to the compiler as literals of their type,
 * and it refuses what the type does not have, at any depth. All at once, for most of its time is reading the types.
 *
 * @param {{name: string, object: any}[]} all
 * @returns {string[]} sentences
 */
export function typeErrors(all) {
  const folder = path.join(TEST, '.rendered');
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'objects.ts');
  const lines = [];
  const starts = [];
  all.forEach(({ object }, index) => {
    starts.push(lines.length);
    const type = `I${object.kind}`;
    lines.push(`import type { ${type} as T${index} } from '${moduleOf(object)}/${object.kind}';`);
    lines.push(...`export const o${index}: T${index} = ${JSON.stringify(object, null, 1)};`.split('\n'));
  });
  fs.writeFileSync(file, lines.join('\n'));
  const program = ts.createProgram([file], {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  });
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ');
    if (diagnostic.file?.fileName !== file.replaceAll(path.sep, '/')) return text;
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    const index = starts.findLastIndex((start) => start <= line);
    return `${all[index].name}: ${text} (${lines[line].trim()})`;
  });
}

