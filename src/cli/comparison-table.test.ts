import { expect, test } from 'vitest';
import type { Measurement } from '../study/measurement.ts';
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
      { label: 'c', target: 'kmnist', runs: [[nll(50, { representation: '256 levels' })]] },
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
  expect(block!.rows.map(({ cells: [cell] }) => cell?.best ?? null)).toEqual([false, true, null, null]);
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
    /target kmnist\n\s+nll ↓\n-+ {2}-+\na\s+\* 100\n\n {2}nll: nats\/item; binary, 100 real/,
  );
});
