import { describe, test } from 'vitest';
import { copyingScore, copyingTest } from '../../src/metrics/ct-test.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, goldenCases, hasGolden, matrixOf, numbersOf } from './golden-file.ts';

describe.skipIf(!hasGolden('ct-test'))('C_T test against data-copying', () => {
  test.each(hasGolden('ct-test') ? [...goldenCases('ct-test').keys()] : [])('%s', (name) => {
    const { inputs, options, expected } = goldenCase('ct-test', name);
    const set = (points: string, cells: string) => ({
      points: matrixOf(inputs[points]),
      cells: numbersOf(inputs[cells]),
    });
    const test = set('test_P', 'test_cells');
    const generated = set('generated_Q', 'generated_cells');
    const train = set('train_T', 'train_cells');
    const near = { absolute: 1e-9 };
    expectClose(copyingScore(test.points, generated.points, train.points), Number(expected.Zu_global), near);
    const scores = numbersOf(expected.Zu_cells);
    const result = copyingTest(test, generated, train, scores.length, Number(options.tau));
    expectClose(result.scores, scores, near);
    expectClose(result.value, Number(expected.C_T), near);
  });
});
