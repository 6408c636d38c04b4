import { test } from 'vitest';
import { expectGradients } from '../../test/expect-gradients.ts';
import { applyNode } from './build.ts';
import { concat } from './functions/arrangement.ts';

test.each([
  ['from 0', []],
  [
    'from given states',
    [
      [2, 2],
      [2, 2],
    ],
  ],
])('lstm %s: gradients of all outputs, and gradients of gradients', (_, states) => {
  expectGradients(
    (operands) => concat(applyNode('lstm', operands, {}).outputs, 2),
    [[3, 2, 8], [8, 2], ...states],
    { second: true },
  );
});

test.each([
  ['from 0', []],
  ['from a given state', [[2, 2]]],
])('gru %s: gradients of all outputs, and gradients of gradients', (_, states) => {
  expectGradients(
    (operands) => concat(applyNode('gru', operands, {}).outputs, 2),
    [[3, 2, 6], [6, 2], [2], ...states],
    { second: true },
  );
});
