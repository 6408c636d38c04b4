import type { CheckpointData } from './checkpoint-data.ts';

/** The content hash in brackets at the end of a name of data; undefined where there is none. */
export const hashInName = (name: string | undefined): string | undefined =>
  / \(([0-9a-f]{64})\)$/.exec(name ?? '')?.[1];

/** A name of data without the content hash that follows it in brackets. */
export const withoutHash = (name: string): string => name.replace(/ \([0-9a-f]{64}\)$/, '');

/** What a model was trained on and adapted to since, in words; undefined where nothing is known. */
export function trainingHistory({ trainedOn, adapted = [] }: CheckpointData): string | undefined {
  const steps = [
    ...(trainedOn === undefined ? [] : [`trained on ${withoutHash(trainedOn)}`]),
    ...adapted.map(
      ({ technique, items, target }) => `${technique} with ${items} items of ${withoutHash(target)}`,
    ),
  ];
  return steps.length === 0 ? undefined : steps.join(', then ');
}
