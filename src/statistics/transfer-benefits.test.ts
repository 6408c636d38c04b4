import { expect, test } from 'vitest';
import { type LearningCurve, transferBenefits } from './transfer-benefits.ts';

const curve = (value: number[], cost = value.map((_, i) => 100 * i)): LearningCurve => ({ cost, value });

test('three numbers from one seed', () => {
  // From-scratch reaches its final 1 at 400; transfer passes 1 half way between 0 and 100.
  const result = transferBenefits([curve([2, 0, 0, 0, -1])], [curve([5, 4, 3, 2, 1])], 'lower');
  expect(result.start).toEqual({ mean: 3, interval: null });
  expect(result.finalGap).toEqual({ mean: 2, interval: null });
  expect(result.speedUp.perSeed).toEqual([{ relation: 'equal', value: 8 }]);
  expect(result.speedUp.rangeConfidence).toBe(0);
});

test('the final quality counts from where from-scratch first reached it', () => {
  const result = transferBenefits([curve([0, 1, 2, 3])], [curve([0, 2, 3, 2])], 'higher');
  expect(result.speedUp.median).toEqual({ relation: 'equal', value: 0.5 });
});

test('bounds where a curve ends or begins beyond the quality', () => {
  const speed = (transfer: number[], scratch: number[]) =>
    transferBenefits([curve(transfer)], [curve(scratch)], 'higher').speedUp.median;
  expect(speed([5, 6, 7], [0, 1, 2])).toEqual({ relation: 'at least', value: 2 });
  expect(speed([0, 0, 1], [0, 1, 2])).toEqual({ relation: 'below', value: 1 });
  // From-scratch only got worse.
  expect(speed([5, 6, 7], [3, 2, 1])).toBeNull();
});

test('the median over seeds says only what is sure', () => {
  const scratch = curve([0, 1, 2, 3, 4]);
  const median = (...transfer: LearningCurve[]) =>
    transferBenefits(
      transfer,
      transfer.map(() => scratch),
      'higher',
    ).speedUp;
  const at = (cost: number) => curve([0, 4, 5], [0, cost, 1000]);
  const never = curve([0, 1, 2], [0, 100, 800]);
  const early = curve([4, 5, 6], [0, 100, 200]);
  expect(median(at(200), at(100), at(50)).median).toEqual({ relation: 'equal', value: 4 });
  expect(median(at(200), at(50)).median).toEqual({ relation: 'equal', value: expect.closeTo(4, 12) });
  expect(median(never, at(100), early).median).toEqual({ relation: 'equal', value: 4 });
  expect(median(at(200), early, early).median).toEqual({ relation: 'at least', value: 4 });
  expect(median(never, never, early).median).toEqual({ relation: 'below', value: 0.5 });
  expect(median(never, early).median).toBeNull();
  // The bound of the third seed does not say on which side of 16 it lies.
  expect(median(at(200), at(25), early).median).toEqual({ relation: 'at least', value: 4 });
  expect(median(never, at(100), early).range).toEqual([
    { relation: 'below', value: 0.5 },
    { relation: 'at least', value: 4 },
  ]);
  expect(median(at(200), at(100), at(50))).toMatchObject({
    range: [
      { relation: 'equal', value: 2 },
      { relation: 'equal', value: 8 },
    ],
    rangeConfidence: 0.75,
  });
});

test('start and final gap have paired t intervals over seeds', () => {
  const result = transferBenefits(
    [curve([2, 5]), curve([3, 6]), curve([4, 8])],
    [curve([0, 4]), curve([2, 4]), curve([1, 4])],
    'higher',
  );
  expect(result.start.mean).toBe(2);
  expect(result.start.interval!.low).toBeCloseTo(2 - 4.302652729749462 / Math.sqrt(3), 9);
  expect(result.finalGap.mean).toBeCloseTo(7 / 3, 12);
});

test('bad input is answered with coded errors', () => {
  const good = [curve([1, 2])];
  expect(() => transferBenefits([], [], 'lower')).toThrow(/seeds/);
  expect(() => transferBenefits(good, [curve([1])], 'lower')).toThrow(/at least two/);
  expect(() => transferBenefits(good, [curve([1, Number.NaN])], 'lower')).toThrow(/not finite/);
  expect(() => transferBenefits(good, [curve([1, 2], [5, 5])], 'lower')).toThrow(/ascending/);
});
