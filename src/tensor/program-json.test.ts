import { describe, expect, test } from 'vitest';
import { GraftError } from '../errors.ts';
import { constant, input } from './build.ts';
import { evaluate } from './evaluate.ts';
import { pad } from './functions/arrangement.ts';
import { add, mul } from './functions/elementwise.ts';
import { maxPool } from './functions/linear.ts';
import { printProgram, program } from './program.ts';
import { type ProgramJson, programFromJson, programToJson } from './program-json.ts';

const large = constant(
  Float32Array.from({ length: 40 }, (_, i) => i / 3),
  [40],
);
const p = program({
  y: add(
    mul(input('x', ['batch', 40]), large),
    pad(constant(Float64Array.of(1, -0, Infinity), [3]), [0], [37], 'constant', -Infinity),
  ),
  pooled: maxPool(input('image', ['batch', 1, 4, 4]), 2),
});

const again = (json: ProgramJson) => programFromJson(JSON.parse(JSON.stringify(json)) as ProgramJson);

test('a program comes back from JSON', () => {
  const json = programToJson(p);
  const back = again(json);
  expect(programToJson(back)).toEqual(json);
  const feeds = { x: new Float32Array(80).fill(2), image: Float32Array.from({ length: 32 }, (_, i) => i) };
  expect(evaluate(back, feeds, { batch: 2 })).toEqual(evaluate(p, feeds, { batch: 2 }));
  expect(printProgram(again(programToJson(back)))).toBe(printProgram(back));
});

describe('a program that is none is refused', () => {
  const x = ['input', [], { name: 'x', shape: [2], dtype: 'float32' }] as const;
  test.each([
    ['an unknown operation', { nodes: [x, ['wobble', [0]]], outputs: { y: 1 } }],
    ['the name of a method', { nodes: [x, ['toString', [0]]], outputs: { y: 1 } }],
    ['an operand that comes later', { nodes: [['neg', [1]], x], outputs: { y: 0 } }],
    ['an output that is not there', { nodes: [x], outputs: { y: [0, 3] } }],
    ['too few operands', { nodes: [x, ['add', [0]]], outputs: { y: 1 } }],
    ['a missing attribute', { nodes: [x, ['reshape', [0]]], outputs: { y: 1 } }],
    [
      'an attribute of another type',
      { nodes: [x, ['reshape', [0], { shape: ['', 2.5] }]], outputs: { y: 1 } },
    ],
    ['a strange attribute', { nodes: [x, ['neg', [0], { shape: [2] }]], outputs: { y: 1 } }],
    ['shapes that do not fit', { nodes: [x, ['reshape', [0], { shape: [3] }]], outputs: { y: 1 } }],
    [
      'a constant of another size',
      { nodes: [['constant', [], { data: [1], shape: [2], dtype: 'float32' }]], outputs: { y: 0 } },
    ],
    [
      'a constant of impossible size',
      {
        nodes: [['constant', [], { data: { base64: 'AAAA' }, shape: [1e9, 1e9], dtype: 'float32' }]],
        outputs: {},
      },
    ],
  ])('%s', (_, json) => {
    expect(() => programFromJson(json as unknown as ProgramJson)).toThrow(GraftError);
  });
});
