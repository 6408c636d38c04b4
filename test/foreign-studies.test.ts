/** The studies of examples/ of models of other programs: imported as they say, they can be planned with every technique. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { StudySpec } from '../src/study/study-spec.ts';
import { type TechniqueName, techniques } from '../src/techniques/index.ts';
import { recordedRun } from './recorded-run.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = process.env.GRAFT_SHARED ?? join(root, '../shared');
const [models, data] = [join(shared, 'models'), join(shared, 'data')];
const there = existsSync(models) && existsSync(data);
const examples = join(root, 'examples');
const files = readdirSync(examples).filter((name) => /^foreign-.*\.yaml$/.test(name));

/** The command that a study's comment gives, as words. */
function importOf(text: string): string[] {
  const line = /^#\s+graft (import .*)$/m.exec(text)?.[1];
  return line!.replaceAll('$MODELS', models).split(' ');
}

const nameOf = (row: StudySpec['techniques'][number]): TechniqueName =>
  (typeof row === 'string' ? row : Object.keys(row)[0]) as TechniqueName;

test('every kind of foreign model has a study', () => {
  expect(files).toHaveLength(6);
});

describe.skipIf(!there).each(files)('examples/%s (needs shared models and data)', (file) => {
  const text = readFileSync(join(examples, file), 'utf8');
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-foreign-'));
    mkdirSync(join(folder, 'examples'));
    copyFileSync(join(examples, file), join(folder, 'examples', file));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is imported, and planned with every technique', async () => {
    expect(`${(parse(text) as { name: string }).name}.yaml`).toBe(file);
    const imported = await recordedRun(importOf(text), folder);
    expect([imported.code, imported.said]).toEqual([0, '']);
    const { code, out, said } = await recordedRun(['plan', `examples/${file}`, '--json'], folder, {
      GRAFT_DATA: data,
    });
    expect([code, said]).toEqual([0, '']);
    const plan = JSON.parse(out) as { trials: unknown[]; warnings: string[]; spec: StudySpec };
    const { spec } = plan;
    expect(new Set(spec.techniques.map(nameOf))).toEqual(new Set(Object.keys(techniques)));
    expect(spec.budgets).toHaveLength(2);
    expect((spec.training.learningRate as number[]).length).toBeGreaterThan(2);
    expect(plan.trials).toHaveLength(spec.techniques.length * 2 * 3);
    expect(plan.warnings).toEqual([]);
  });
});
