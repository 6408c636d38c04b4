import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The folders of src/ in the order in which data pass through the program. A file imports only from its own or earlier ones. */
const order = [
  'errors.ts',
  'random.ts',
  'citation.ts',
  'numeric',
  'statistics',
  'tensor',
  'onnx',
  'engine',
  'formats',
  'data',
  'models',
  'features',
  'training',
  'techniques',
  'metrics',
  'study',
  'store',
  'queue',
  'report',
  'server',
  'cli',
  'index.ts',
];

const root = fileURLToPath(new URL('../src/', import.meta.url));

function sourceFiles(): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

/** Relative imports and re-exports of a file, type imports included, as paths below src/. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return specifiers.map((s) => relative(root, join(root, file, '..', s)).replaceAll('\\', '/'));
}

const topOf = (file: string) => file.split('/')[0]!.replace('.test.ts', '.ts');

test('every folder of src/ has a place in the order', () => {
  const unknown = sourceFiles().filter((file) => !order.includes(topOf(file)) && topOf(file) !== 'web');
  expect(unknown).toEqual([]);
});

test('a file imports only from its own folder and from earlier ones', () => {
  const offenders: string[] = [];
  for (const file of sourceFiles()) {
    if (topOf(file) === 'web' || file.endsWith('.test.ts')) continue;
    for (const target of importsOf(file)) {
      if (target.startsWith('..')) offenders.push(`${file} -> outside src/: ${target}`);
      else if (order.indexOf(topOf(target)) > order.indexOf(topOf(file)))
        offenders.push(`${file} -> ${target}`);
    }
  }
  expect(offenders).toEqual([]);
});

test('there are no import cycles', () => {
  const graph = new Map(sourceFiles().map((file) => [file, importsOf(file)]));
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  expect(cycles).toEqual([]);
});

test('only the engine imports ONNX Runtime', () => {
  const offenders = sourceFiles().filter(
    (file) => topOf(file) !== 'engine' && /from 'onnxruntime-/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(offenders).toEqual([]);
});

test('no file carries a name that says nothing', () => {
  const banned = /(^|\/)(utils?|helpers?|common|manager|types)\.ts$/;
  expect(sourceFiles().filter((file) => banned.test(file))).toEqual([]);
});
