import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { drawBudget } from './budget.ts';
import { dataContext } from './data-context.ts';
import { examplesOf, prepareData } from './prepare-data.ts';
import { byteTokenizer } from './tokenizers/byte-tokenizer.ts';

const context = dataContext('.', undefined);

describe('glyphs', () => {
  test('sans-serif to handwriting: no typeface in two parts, none shared, budgets with whole typefaces', async () => {
    const target = await prepareData('glyphs/handwriting', context);
    const source = await prepareData('glyphs/sans-serif', context, {
      heldOut: [target.validation, target.test],
    });
    const parts = [target.train, target.validation, target.test, source.train].map(
      (part) => new Set(part.groups),
    );
    for (const [i, a] of parts.entries()) {
      expect(a.size).toBeGreaterThan(0);
      for (const b of parts.slice(i + 1)) expect([...a].filter((typeface) => b.has(typeface))).toEqual([]);
    }
    const { train, validation, separation } = drawBudget(target.train, 100, stream(1));
    expect([separation, train.length, validation.length]).toEqual(['group', 80, 20]);
  });

  test('a typeface that the target holds out is not trained on, whatever the source selects', async () => {
    const target = await prepareData('glyphs/handwriting', context);
    const heldOut = [target.validation, target.test];
    const source = await prepareData('glyphs', context, { heldOut });
    const held = new Set(heldOut.flatMap((part) => part.groups ?? []));
    expect(source.train.groups!.some((typeface) => held.has(typeface))).toBe(false);
    expect(source.report.overlap!.items + source.report.overlap!.groupItems).toBeGreaterThan(100);
  });

  test('a single character by name', async () => {
    const { train } = await prepareData('glyphs/A', context);
    expect(new Set(train.attributes!.character)).toEqual(new Set(['A']));
  });
});

test('names: English to Italian', async () => {
  const target = await prepareData('names/italian', context);
  const source = await prepareData('names/english', context, { heldOut: [target.validation, target.test] });
  expect(source.report.overlap!.items).toBeGreaterThan(0);
  expect(examplesOf(source.train, source.window)).toBe(source.train);
  const tokenizer = byteTokenizer({ ends: true });
  const [name] = source.train.kind === 'text' ? source.train.documents : [];
  expect(tokenizer.decode(tokenizer.encode(name!))).toBe(name);
});
