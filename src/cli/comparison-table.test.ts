import { expect, test } from 'vitest';
import type { Measurement } from '../study/measurement.ts';
import { samplingUnits } from '../study/sampling-units.ts';
import { compareContestants, comparisonText } from './comparison-table.ts';

const nll = (value: number, more: Partial<Measurement> = {}): Measurement => ({
  metric: 'nll',
  on: 'target',
  split: 'test',
  value,
  unit: 'nats/item',
  direction: 'lower',
  version: 1,
  real: 100,
  representation: 'binary',
  options: { k: 64 },
  ...more,
});

test('values share a column only where they differ by the models alone', () => {
  const [block] = compareContestants(
    [
      { label: 'a', target: 'kmnist', runs: [[nll(100)], [nll(104)]] },
      {
        label: 'b',
        target: 'kmnist',
        runs: [[nll(90), nll(1, { split: 'train' }), nll(2, { on: 'source' })]],
      },
      { label: 'c', target: 'kmnist', runs: [[nll(50, { real: 20 })]] },
      { label: 'd', target: 'kmnist', runs: [[nll(60, { options: { k: 8 } })]] },
    ],
    [],
  );
  expect(block!.columns).toHaveLength(3);
  const cells = block!.rows.map(({ cells }) => cells.map((cell) => cell?.mean ?? null));
  expect(cells).toEqual([
    [102, null, null],
    [90, null, null],
    [null, 50, null],
    [null, null, 60],
  ]);
  expect(block!.rows[0]!.cells[0]!.deviation).toBeCloseTo(Math.sqrt(8), 12);
  // 12.706 standard errors of 2 each way, with one degree of freedom.
  expect(block!.rows[0]!.cells[0]!.interval!.low).toBeCloseTo(102 - 12.7062 * 2, 3);
  expect(comparisonText([block!])).toMatch(
    /^a +102 ± 25 \(2\).*\n {2}mean ± half of its 95 % t interval over seeds \(their number\), as in reports/ms,
  );
  expect(block!.rows.map(({ cells: [cell] }) => cell?.best ?? null)).toEqual([false, true, null, null]);
  // One value alone is no best.
  expect(block!.rows[2]!.cells[1]!.best).toBe(false);
});

test('different targets are never put in one table; only metrics asked for are shown', () => {
  const kid = nll(0.1, { metric: 'kid' });
  const blocks = compareContestants(
    [
      { label: 'a', target: 'kmnist', runs: [[nll(100), kid]] },
      { label: 'b', target: 'mnist', runs: [[nll(90)]] },
    ],
    ['nll'],
  );
  expect(blocks.map(({ target, columns }) => [target, columns.length])).toEqual([
    ['kmnist', 1],
    ['mnist', 1],
  ]);
  expect(comparisonText(blocks)).toMatch(
    /target kmnist\n\s+nll ↓\n-+ {2}-+\na\s+100\n\n {2}nll: nats\/item; binary, 100 real/,
  );
});

test('unlike representations are refused where they are asked for, and else left out with the reason', () => {
  const kid = nll(0.1, { metric: 'kid', representation: undefined as never });
  const models = [
    { label: 'a', target: 'kmnist', runs: [[nll(100), kid]] },
    { label: 'b', target: 'kmnist', runs: [[nll(90, { representation: '256 levels' }), kid]] },
  ];
  expect(() => compareContestants(models, ['nll'])).toThrow(
    /nll of 'a' \(on binary\) and of 'b' \(on 256 levels\) cannot be combined: .*unlike representations/,
  );
  expect(compareContestants(models, ['kid'])[0]!.columns).toHaveLength(1);
  const blocks = compareContestants(models, []);
  expect(blocks[0]!.columns.map(({ metric }) => metric)).toEqual(['kid']);
  expect(comparisonText(blocks)).toContain(
    "nll is left out: 'a' (on binary) and 'b' (on 256 levels) have it on unlike representations of the data",
  );
});

test('a metric in several columns is numbered', () => {
  const kid = (network: string) => nll(0.1, { metric: 'kid', features: { network, hash: network } });
  const run = [kid('glyphs'), kid('glyphs-autoencoder')];
  const text = comparisonText(
    compareContestants(
      [
        { label: 'a', target: 'kmnist', runs: [run] },
        { label: 'b', target: 'kmnist', runs: [run] },
      ],
      [],
    ),
  );
  expect(text).toMatch(/kid \(1\) ↓ +kid \(2\) ↓/);
  expect(text).toMatch(/ {2}kid \(2\): .*features: glyphs-autoencoder/);
});

test('checkpoints are compared with the first, item by item, with the scope said', () => {
  const one = (label: string, items: number[], groups?: string[]) => ({
    label,
    target: 'kmnist',
    runs: [[nll(1)]],
    items,
    units: samplingUnits({ count: items.length, ...(groups && { groups, groupNoun: 'typeface' }) }, false),
  });
  const blocks = compareContestants(
    [one('a', [1, 2, 3]), one('b', [1.5, 2.7, 3.6]), one('c', [1, 2, 3])],
    [],
  );
  const text = comparisonText(blocks);
  expect(text).toMatch(/compared with a, item by item \(3 items; paired t intervals, Holm\)/);
  expect(text).toMatch(/ {2}b: \+0\.600 nats\/item \(\+0\.\d+ to \+\d\.\d+\), p = 0\.0\d+: worse/);
  expect(text).toMatch(/ {2}c: 0 nats\/item, p = 1: no difference can be claimed/);
  expect(text).toMatch(/Scope: one checkpoint each, items are the sampling unit/);
  const groups = ['a', 'a', 'b'];
  const grouped = comparisonText(
    compareContestants([one('a', [1, 2, 3], groups), one('b', [1.5, 2.7, 3.6], groups)], []),
  );
  expect(grouped).toMatch(/item by item \(3 items in 2 typefaces; paired t intervals, Holm\)/);
  expect(grouped).toMatch(/the 2 typefaces are the sampling unit, for items of one are alike/);
});
