import { describe, expect, test } from 'vitest';
import { applyMetric } from '../../src/metrics/apply-metric.ts';
import { metrics } from '../../src/metrics/index.ts';
import { textSize } from '../../src/metrics/token-inputs.ts';
import { logSoftmax } from '../../src/numeric/log-sum-exp.ts';
import { expectClose } from '../expect-close.ts';
import { goldenCase, hasGolden, numbersOf, tensorOf } from './golden-file.ts';

const near = { relative: 1e-10 };

describe.skipIf(!hasGolden('perplexity'))('likelihoods of text against lm-evaluation-harness', () => {
  test('documents', () => {
    const { inputs, expected } = goldenCase('perplexity', 'documents');
    const documents = (inputs.token_log_probs as unknown[]).map(numbersOf);
    const tokenLogProbs = Float64Array.from(documents.flat());
    const document = Int32Array.from(documents.flatMap((tokens, i) => tokens.map(() => i)));
    const sizes = (inputs.texts as string[]).map(textSize);
    for (const unit of ['bytes', 'characters', 'words'] as const)
      expect(sizes.map((size) => size[unit])).toEqual(numbersOf(expected[unit]));
    const counts = (unit: 'bytes' | 'characters' | 'words') => Float64Array.from(sizes, (size) => size[unit]);

    const perplexity = applyMetric(metrics.perplexity, { tokenLogProbs, document });
    expectClose(perplexity.value, Number(expected.perplexity_token), near);
    expectClose(perplexity.extras!.tokens!, Number(expected.token_count), near);
    expectClose(perplexity.extras!.nats_per_token!, Number(expected.mean_nll), near);
    expectClose(
      perplexity.extras!.mean_of_document_perplexities!,
      Number(expected.mean_of_document_perplexities),
      near,
    );
    expectClose(perplexity.perItem!.document_perplexity!, numbersOf(expected.per_document_perplexity), near);
    const perToken = applyMetric(metrics.bits_per_token, { tokenLogProbs });
    expectClose(perToken.value, Number(expected.bits_per_token), near);
    const perByte = applyMetric(metrics.bits_per_byte, { tokenLogProbs, bytes: counts('bytes') });
    expectClose(perByte.value, Number(expected.bits_per_byte), near);
    expectClose(perByte.extras!.byte_perplexity!, Number(expected.byte_perplexity), near);
    const perCharacter = applyMetric(metrics.bits_per_character, {
      tokenLogProbs,
      characters: counts('characters'),
    });
    expectClose(perCharacter.value, Number(expected.bits_per_character), near);
    const perWord = applyMetric(metrics.word_perplexity, { tokenLogProbs, words: counts('words') });
    expectClose(perWord.value, Number(expected.word_perplexity), near);
    // Perplexity over documents: each document's total counts as one token.
    const totals = Float64Array.from(documents, (tokens) => tokens.reduce((sum, value) => sum + value, 0));
    expectClose(
      applyMetric(metrics.perplexity, { tokenLogProbs: totals }).value,
      Number(expected.perplexity_over_documents),
      near,
    );
  });

  test('from-logits-with-mask', () => {
    const { inputs, expected } = goldenCase('perplexity', 'from-logits-with-mask');
    const { shape, data } = tensorOf(inputs.logits);
    const width = shape[2]!;
    const targets = numbersOf(inputs.targets);
    const logProbs = targets.map(
      (target, i) => logSoftmax(data.subarray(i * width, (i + 1) * width))[target]!,
    );
    expectClose(logProbs, numbersOf(expected.token_log_probs), { relative: 1e-10, absolute: 1e-12 });
    const mask = numbersOf((inputs.mask as { data: unknown[] }).data);
    const kept = Float64Array.from(logProbs.filter((_, i) => mask[i] === 1));
    const { value, extras } = applyMetric(metrics.perplexity, { tokenLogProbs: kept });
    expectClose(value, Number(expected.perplexity), near);
    expectClose(extras!.nats_per_token!, Number(expected.mean_nll), near);
  });

  test('uniform', () => {
    const { inputs, expected } = goldenCase('perplexity', 'uniform');
    const tokenLogProbs = Float64Array.from((inputs.token_log_probs as unknown[]).flatMap(numbersOf));
    expectClose(
      applyMetric(metrics.perplexity, { tokenLogProbs }).value,
      Number(expected.perplexity_token),
      near,
    );
  });
});
