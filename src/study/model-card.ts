import { portableSpec } from '../data/resolve-data-spec.ts';
import type { Checkpoint } from '../models/checkpoint.ts';
import type { CheckpointData } from '../models/checkpoint-data.ts';
import { type UnseenClasses, unseenClasses } from '../models/seen-classes.ts';
import { countParameters } from '../tensor/parameters.ts';
import type { Measurement } from './measurement.ts';
import type { DataInput } from './step-inputs.ts';

/** The README.md of a checkpoint: what the model is, what it was trained on, what was measured. */
export function modelCard(card: {
  readonly title: string;
  readonly checkpoint: Checkpoint;
  readonly facts: readonly (readonly [string, string])[];
  readonly measurements?: readonly Measurement[];
}): string {
  const { model, data } = card.checkpoint;
  const config = Object.entries(shownConfig(model.config)).map(
    ([key, value]) => `| ${key} | ${JSON.stringify(value)} |`,
  );
  const measured = (card.measurements ?? []).map(
    ({ metric, on, split, value, unit, kind, features }) =>
      `| ${metric}${features === undefined ? '' : ` (${features.network})`} | ${on}${split === undefined ? '' : `, ${split}`} | ${value.toPrecision(6)} | ${unit}${kind === undefined ? '' : `, ${kind}`} |`,
  );
  return [
    `# ${card.title}`,
    '',
    `${/^[aeiou]/.test(model.family) ? 'An' : 'A'} ${model.family === 'imported' ? `imported ${String(model.config.role)}` : model.family} with ${countParameters(model.parameters).toLocaleString('en-US')} parameters in ${model.layers.length} layers.`,
    '',
    '| fact | value |',
    '|---|---|',
    ...card.facts.map(([name, value]) => `| ${name} | ${value} |`),
    ...(data.trainedOn === undefined ? [] : [`| Trained on | ${data.trainedOn} |`]),
    ...(data.adapted ?? []).map(
      ({ technique, items, target }) => `| Then ${technique} | ${items} items of ${target} |`,
    ),
    ...unseenRow(unseenClasses(model, data)),
    '',
    '## Configuration',
    '',
    '| option | value |',
    '|---|---|',
    ...config,
    ...(measured.length === 0
      ? []
      : ['', '## Measurements', '', '| metric | on | value | unit |', '|---|---|---|---|', ...measured]),
    '',
    '## Use',
    '',
    '```sh',
    card.checkpoint.model.sampler.kind === 'none'
      ? 'graft evaluate . --data SET'
      : 'graft sample . --count 16',
    '```',
    '',
  ].join('\n');
}

/** Names in a sentence at most. */
const NAMED = 12;

/** Names with commas between them, and how many more there are. */
export const fewNames = (names: readonly string[]): string =>
  names.length <= NAMED
    ? names.join(', ')
    : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;

const unseenRow = (unseen: UnseenClasses | undefined): string[] =>
  unseen === undefined
    ? []
    : [`| Classes without an example in its ${unseen.training} | ${fewNames(unseen.names)} |`];

/** A configuration as people read it: what fills pages (the programs of imported models) stands in config.json alone. */
export const shownConfig = (config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).filter(([, value]) => (JSON.stringify(value) ?? '').length <= 500),
  );

/** What a checkpoint says of the data that it was trained on; `classes`: those of which there were examples, of models by class. */
export function trainedOn(
  { name, hash, spec }: DataInput,
  classes: readonly string[] | undefined,
): Pick<CheckpointData, 'trainedOn' | 'source' | 'classes'> {
  const source = portableSpec(spec);
  return {
    trainedOn: `${name} (${hash})`,
    ...(source === undefined ? {} : { source }),
    ...(classes === undefined ? {} : { classes }),
  };
}

/** The examples of an update. */
export const batchInWords = ({ batch, accumulate = 1 }: { batch: number; accumulate?: number }): string =>
  accumulate === 1 ? String(batch) : `${batch}, ${accumulate} accumulated`;
