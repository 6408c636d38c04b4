/** Share of notes that belong to the scale of their key. */
import { defineTuneMetric } from './tune-metric.ts';

/**
 * Mean over tunes of the share of notes in the scale of the key signature that is in force. Real tunes leave their key as
 * well: neither 1 nor less than real ones is the aim, but their share (`real`). A tune that does not parse counts as 0.
 */
export const notesInKey = defineTuneMetric({
  name: 'notes_in_key',
  title: 'Notes in key',
  summary: 'Share of the notes of a tune that belong to the scale of its key.',
  unit: 'share of notes',
  version: 2,
  counted: 'notes',
  score: ({ notes, notesInKey: inKey }) => (notes === 0 ? undefined : inKey / notes),
});
