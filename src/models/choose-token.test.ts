import { expect, test } from 'vitest';
import { chooseToken } from './choose-token.ts';

const logits = Float32Array.of(1, 3, -Infinity, 2);

test('the most probable token, and draws among the k most probable', () => {
  expect(chooseToken(logits, { temperature: 0 }, 0.9)).toBe(1);
  const drawn = Array.from({ length: 100 }, (_, i) => chooseToken(logits, { topK: 2 }, i / 100));
  expect(new Set(drawn)).toEqual(new Set([1, 3]));
  expect(chooseToken(logits, {}, 0.999)).toBe(0);
});

test.each([
  { topK: 0 },
  { topK: 1.5 },
  { topK: NaN },
  { temperature: -1 },
  { temperature: Infinity },
  { topP: 0 },
])('%j is refused', (choice) => {
  expect(() => chooseToken(logits, choice, 0.5)).toThrow(expect.objectContaining({ code: 'invalid-value' }));
});

test.each([[[1, NaN]], [[1, Infinity]], [[-Infinity, -Infinity]]])('logits %j are an error', (values) => {
  expect(() => chooseToken(Float32Array.from(values), {}, 0.5)).toThrow('is not finite');
});
