/** Public data sets from their real files. Skipped where the shared data folder is absent. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { drawBudget } from './budget.ts';
import { contentHash } from './content-hash.ts';
import { dataContext } from './data-context.ts';
import type { ImageSet, TextSet } from './data-set.ts';
import { loadDataSet } from './load-data-set.ts';
import { prepareData } from './prepare-data.ts';
import { removeOverlap } from './remove-overlap.ts';
import { splitData } from './split.ts';

const shared = process.env.GRAFT_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
const data = join(shared, 'data');
const context = dataContext(data, data);
const load = (source: Parameters<typeof loadDataSet>[0]) => loadDataSet(source, context);

describe.skipIf(!existsSync(data))('public data sets (need the shared data folder)', () => {
  test.each([
    ['mnist', { count: 40_000, channels: 1, height: 28 }, 10, 10_000],
    ['fashion-mnist', { count: 4_882, channels: 1, height: 28 }, 10, 1_000],
    ['kmnist', { count: 10_000, channels: 1, height: 28 }, 10, undefined],
    ['quickdraw', { count: 3_000, channels: 1, height: 28 }, 3, undefined],
    ['cifar10', { count: 5_000, channels: 3, height: 32 }, 10, 1_000],
    ['dcss-tiles/mon', { count: 695, channels: 3, height: 32 }, undefined, undefined],
    ['paintings', { count: 3_579, channels: 3, height: 32 }, undefined, undefined],
  ] as const)('%s', async (name, facts, classes, testItems) => {
    const set = (await load(name)) as ImageSet;
    expect(set).toMatchObject(facts);
    expect(set.labels?.names.length).toBe(classes);
    expect(set.predefined?.test?.length).toBe(testItems);
    expect(set.licence).toBeTruthy();
  });

  test.each([
    ['tinyshakespeare', 'running', 1],
    ['shakespeare-xml', 'running', 7],
    ['shakespeare-xml/hamlet', 'running', 1],
    ['inaugural', 'running', 59],
    ['state-union', 'running', 65],
    ['genesis', 'running', 4],
    ['sherlock', 'running', 1],
    ['pride-prejudice', 'running', 1],
    ['trois-mousquetaires', 'running', 1],
    ['makemore-names', 'item', 32_033],
    ['nottingham-abc', 'item', 1_034],
  ])('%s', async (name, unit, count) => {
    expect(await load(name)).toMatchObject({ kind: 'text', unit, count });
  });

  test("mnist's first digits; cifar10's unlabelled images", async () => {
    const mnist = (await load('mnist')) as ImageSet;
    const first = [...mnist.predefined!.train!.subarray(0, 6)];
    expect(first.map((i) => mnist.labels!.values[i])).toEqual([5, 0, 4, 1, 9, 2]);
    const cifar = (await load('cifar10')) as ImageSet;
    expect(cifar.labels!.values.filter((v) => v < 0).length).toBe(3_000);
  });

  test('the same files by path give the same pixels', async () => {
    const byName = (await load('mnist')) as ImageSet;
    const byPath = (await load({ path: join(data, 'mnist') })) as ImageSet;
    expect(contentHash(byPath)).toBe(contentHash(byName));
  });

  test("nanoGPT's split of tinyshakespeare", async () => {
    const set = (await load('tinyshakespeare')) as TextSet;
    const split = { train: 0.9, validation: 0.1, test: 0, duplicates: 'keep' } as const;
    const { train, validation } = splitData(set, split);
    expect(train.documents[0]!.length).toBe(1_003_854);
    expect(validation.documents[0]!.length).toBe(111_540);
    expect(splitData(set, { ...split, duplicates: 'remove' }).report.duplicatesRemoved.train).toBe(0);
  });

  test('repeated names are removed once and for all', async () => {
    const { report } = splitData(await load('makemore-names'));
    const { train, validation, test: held } = report.duplicatesRemoved;
    expect(train + validation + held).toBe(2_539);
  });

  test('the tunes that come twice are found although their numbers differ', async () => {
    const jigs = (await load('nottingham-abc/jigs')) as TextSet;
    expect(jigs.count - new Set(jigs.documents).size).toBe(3);
  });

  test('no image occurs in both train and test, as the data state; budgets of kmnist', async () => {
    const { report, train } = splitData(await load('mnist'));
    expect(report.rule).toBe('predefined');
    expect(report.counts.test).toBe(10_000);
    expect(report.duplicatesRemoved).toEqual({ train: 0, validation: 0, test: 0 });
    expect(train.count + report.counts.validation).toBe(30_000);
    const kmnist = await prepareData('kmnist', context);
    const { train: items, validation } = drawBudget(kmnist.train, 100, stream(1));
    expect([items.length, validation.length]).toEqual([80, 20]);
  });

  test('Genesis: verses that two translations share are found', async () => {
    const kjv = await load('genesis/english-kjv');
    const web = await load('genesis/english-web');
    const { report, set } = removeOverlap(kjv, [web]);
    expect(report.characters).toBe(13_753);
    expect(set.count).toBeGreaterThan(50);
  });
});
