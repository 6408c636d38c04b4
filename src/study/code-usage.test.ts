import { expect, test } from 'vitest';
import { codeUsage, usageNote, usageWarnings } from './code-usage.ts';

test('entries in use are counted, and their perplexity is that of their shares', () => {
  const usage = codeUsage([0, 0, 3, 3, 3, 3, 7, 7], 8);
  expect(usage).toEqual({
    entries: 8,
    used: 3,
    places: 8,
    // Shares 1/4, 1/2, 1/4: an entropy of 1.5 bits.
    perplexity: expect.closeTo(2 ** 1.5, 12),
  });
  expect(usageNote(usage)).toBe(
    'Training examples use 3 of the 8 entries of the code book, as evenly as 2.8 that are all used equally often (perplexity).',
  );
  expect(codeUsage([2, 1, 0, 1, 2, 0], 3).perplexity).toBeCloseTo(3, 12);
});

test('what is wrong with it is said where chance does not explain it', () => {
  const spread = (entries: number, used: number, places: number) =>
    usageWarnings(
      codeUsage(
        Array.from({ length: places }, (_, i) => i % used),
        entries,
      ),
    );
  expect(spread(16, 1, 4)).toEqual([expect.stringMatching(/^The codes collapsed/)]);
  expect(spread(16, 7, 160)).toEqual([expect.stringMatching(/^Most of the code book is dead/)]);
  expect(spread(16, 8, 160)).toEqual([]);
  // Too few places for all entries to be expected somewhere.
  expect(spread(16, 7, 159)).toEqual([]);
  expect(spread(1, 1, 160)).toEqual([]);
});
