/** Share of notes that belong to the scale of their key. */
import { defineMetric } from './metric.ts';
import { overTunes, tuneNeeds, tuneOptions } from './tune-inputs.ts';

/**
 * Mean over tunes of the share of notes in the scale of the key signature that is in force. Real tunes leave their key as
 * well: neither 1 nor less than real ones is the aim, but their share (`real`). A tune that does not parse counts as 0.
 */
export const notesInKey = defineMetric({
  name: 'notes_in_key',
  title: 'Notes in key',
  summary: 'Share of the notes of a tune that belong to the scale of its key.',
  unit: 'share of notes',
  direction: 'higher',
  range: [0, 1],
  version: 1,
  citations: [],
  needs: tuneNeeds,
  options: tuneOptions,
  compute(inputs, { notation }, context) {
    const { parsed: _, ...result } = overTunes('notes_in_key', inputs, notation, context, (facts) =>
      facts === undefined ? 0 : facts.notes === 0 ? undefined : facts.notesInKey / facts.notes,
    );
    return result;
  },
});
