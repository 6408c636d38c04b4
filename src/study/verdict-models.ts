import { countOf, decimalsFor, formatNumber, listWords } from './format-number.ts';
import { metricInWords, unitInWords } from './metric-in-words.ts';
import type { ModelRanking, RankedModel } from './rank-models.ts';
import type { VerdictContext, VerdictSentence } from './verdict-context.ts';

/** The order of the models in words, and that it is no claim. */
export function modelsSentence(
  { budget, example, byPrimary, models, otherwise }: ModelRanking,
  confidence: number,
  { item, matrix }: Pick<VerdictContext, 'item' | 'matrix'>,
): VerdictSentence {
  const halves = models.map(({ interval }) =>
    interval === null ? null : (interval.high - interval.low) / 2,
  );
  const decimals = decimalsFor(
    models.map(({ mean }) => mean),
    halves,
  );
  const metric = metricInWords(example.metric);
  const unit = unitInWords(example.unit, item);
  const value = ({ mean }: RankedModel, i: number) =>
    `${formatNumber(mean, decimals)}${halves[i] == null ? '' : ` ± ${formatNumber(halves[i], decimals)}`}${i === 0 && unit !== '' && unit !== metric ? ` ${unit}` : ''}`;
  const entries = models.map((one, i) => ({
    name: `${one.model} with ${one.technique}`,
    value: value(one, i),
  }));
  const [first, ...others] = entries;
  const seeds = Math.max(...models.map((one) => one.seeds));
  const spread = halves.every((half) => half === null)
    ? ''
    : `; ± is half of the ${formatNumber(100 * confidence, 0)} % t interval over ${countOf(seeds, 'seed')}`;
  const lacking = matrix.models.filter((label) => models.every(({ model }) => model !== label));
  const without =
    lacking.length === 0 ? '' : ` ${listWords(lacking)} ${lacking.length === 1 ? 'lacks' : 'lack'} results.`;
  const young = models.filter(({ converged }) => !converged).map(({ model }) => model);
  const open =
    young.length === 0
      ? ''
      : ` The training of ${listWords(young)} had not converged: more of it may change the order.`;
  const why = byPrimary
    ? ''
    : ` Not all models have the primary metric on one scale, but all have the ${metric}.`;
  const contrary =
    otherwise.length === 0
      ? ''
      : ` By other measures of the samples another model is first: ${listWords(otherwise.map(({ metric: other, best }) => `${best.model} by ${metricInWords(other)}`))}; look at the samples before choosing.`;
  return {
    kind: 'models',
    budget,
    text: `Of the models ${first!.name} came out best: ${seeds > 1 ? 'mean ' : ''}${metric} ${first!.value} with ${countOf(budget, item)} (${example.direction} is better). Then ${others.length === 1 ? 'comes' : 'come'} ${listWords(others.map(({ name, value: its }) => `${name} (${its})`))}.${without}${why}${contrary} Each model has its own best technique${spread}.${open} This is an order, not a claim: nothing was tested between models, which differ in size and in the computing that they take.`,
    references: [...models, ...otherwise.map(({ best }) => best)].flatMap(({ measurements }) => measurements),
  };
}
