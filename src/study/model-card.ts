import type { Checkpoint } from '../models/checkpoint.ts';
import { countParameters } from '../tensor/parameters.ts';
import type { Measurement } from './measurement.ts';

/** The README.md of a checkpoint: what the model is, what it was trained on, what was measured. */
export function modelCard(card: {
  readonly title: string;
  readonly checkpoint: Checkpoint;
  readonly facts: readonly (readonly [string, string])[];
  readonly measurements?: readonly Measurement[];
}): string {
  const { model, data } = card.checkpoint;
  const config = Object.entries(model.config).map(([key, value]) => `| ${key} | ${JSON.stringify(value)} |`);
  const measured = (card.measurements ?? []).map(
    ({ metric, on, split, value, unit, kind }) =>
      `| ${metric} | ${on}${split === undefined ? '' : `, ${split}`} | ${value.toPrecision(6)} | ${unit}${kind === undefined ? '' : `, ${kind}`} |`,
  );
  return [
    `# ${card.title}`,
    '',
    `A ${model.family} with ${countParameters(model.parameters)} parameters in ${model.layers.length} layers.`,
    '',
    '| fact | value |',
    '|---|---|',
    ...card.facts.map(([name, value]) => `| ${name} | ${value} |`),
    ...(data.trainedOn === undefined ? [] : [`| Trained on | ${data.trainedOn} |`]),
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
    'graft sample . --count 16',
    '```',
    '',
  ].join('\n');
}
