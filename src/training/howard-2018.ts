import type { Citation } from '../citation.ts';

/** ULMFiT: gradual unfreezing, rates by layer, slanted triangular rates. */
export const howard2018: Citation = {
  key: 'howard2018universal',
  type: 'inproceedings',
  authors: 'Howard, Jeremy and Ruder, Sebastian',
  title: 'Universal language model fine-tuning for text classification',
  venue: 'Proceedings of the 56th Annual Meeting of the Association for Computational Linguistics',
  year: 2018,
};
