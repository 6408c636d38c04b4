import { expect, test } from 'vitest';
import { DIVERSITY, diagnoseGan, ganTerms } from './gan-diagnosis.ts';

/** Looks with the given terms, validation falling from 1 where nothing else is said. */
const looks = (name: string, values: readonly number[], validation = (i: number) => 1 / (i + 1)) =>
  values.map((value, i) => ({ step: 10 * i, validation: validation(i), terms: { [name]: value } }));
const objective = { undecided: 2 };

test('a training that went well has nothing said of it', () => {
  expect(diagnoseGan(looks(DIVERSITY, [0.1, 0.7, 0.9]), objective)).toEqual([]);
  expect(diagnoseGan(looks(ganTerms.decision, [2, 1, 0.5]), objective)).toEqual([]);
  expect(diagnoseGan([], objective)).toEqual([]);
  // The look before the first update is no training.
  expect(diagnoseGan(looks(DIVERSITY, [0.1]), objective)).toEqual([]);
});

test('vanished diversity is told from one that never came', () => {
  expect(diagnoseGan(looks(DIVERSITY, [0.1, 0.9, 0.2]), objective)).toEqual([
    expect.stringContaining('The generator collapsed'),
  ]);
  expect(diagnoseGan(looks(DIVERSITY, [0.1, 0.2, 0.2]), objective)).toEqual([
    expect.stringContaining('never became diverse'),
  ]);
});

test('a discriminator that is sure of everything is saturated, where its objective has an end', () => {
  const sure = looks(ganTerms.decision, [2, 1, 0.5, 0.2, 0.01, 0.01]);
  expect(diagnoseGan(sure, objective)).toEqual([expect.stringContaining('saturated')]);
  expect(diagnoseGan(sure, {})).toEqual([]);
  // Without penalties its whole cost says it.
  const whole = looks('discriminator loss', [2, 1, 0.5, 0.2, 0.01, 0.01]);
  expect(diagnoseGan(whole, objective)).toEqual([expect.stringContaining('saturated')]);
});

test('outputs that run away and a turn for the worse are said', () => {
  expect(diagnoseGan(looks(ganTerms.generated, [0, 1, -2e4]), {})).toEqual([
    expect.stringContaining('diverged'),
  ]);
  expect(
    diagnoseGan(
      looks(ganTerms.real, [0, 1, 1], (i) => [1, 0.1, 0.5][i]!),
      {},
    ),
  ).toEqual([expect.stringContaining('for the worse')]);
});
