import { expect, test } from 'vitest';
import { applyOverrides, overrideMap } from './overrides.ts';

const set = (base: unknown, ...pairs: string[]) =>
  applyOverrides(
    base,
    pairs.map((pair) => ({ key: pair.split('=')[0]!, value: pair.split('=').slice(1).join('=') })),
  );

test('dotted keys reach into maps and lists, values are YAML', () => {
  const base = { models: [{ family: 'vae' }], seeds: 5 };
  expect(
    set(
      base,
      'training.steps=100',
      'models.0.latent=8',
      'models.1={ family: gan }',
      'budgets=[25, 50]',
      'a=b=c',
    ),
  ).toEqual({
    models: [{ family: 'vae', latent: 8 }, { family: 'gan' }],
    seeds: 5,
    training: { steps: 100 },
    budgets: [25, 50],
    a: 'b=c',
  });
  expect(base).toEqual({ models: [{ family: 'vae' }], seeds: 5 });
});

test.each([
  ['an index beyond the list', 'models.2.latent=1', /'2' in models.2.latent.*an index from 0 to 1/],
  ['a key below a number', 'seeds.first=1', /seeds is 5 .*; allowed: a map or a list/],
  ['no YAML', 'seeds=[1', /allowed: a YAML value/],
])('%s is refused', (_, pair, wanted) => {
  expect(() => set({ models: [{}], seeds: 5 }, pair)).toThrow(wanted);
});

test('keys of JavaScript itself change nothing elsewhere', () => {
  set({}, 'a.__proto__.polluted=1');
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('without a file they make a map', () => {
  expect(overrideMap([{ key: 'k', value: '5' }])).toEqual({ k: 5 });
});
