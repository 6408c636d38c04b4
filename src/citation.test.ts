import { expect, test } from 'vitest';
import { bibtex, type Citation, citationText } from './citation.ts';

const two: Citation = {
  key: 'doe2020',
  type: 'article',
  authors: 'Doe, Jane and Roe, Richard',
  title: 'On names',
  venue: 'Journal of Names',
  year: 2020,
  url: 'https://example.org/names',
};

test('a citation as text names one, two or the first of several authors', () => {
  expect(citationText(two)).toBe('Doe and Roe (2020). On names. Journal of Names.');
  expect(citationText({ ...two, authors: 'Doe, Jane' })).toMatch(/^Doe \(2020\)/);
  expect(citationText({ ...two, authors: 'Doe, Jane and Roe, R. and Poe, E.' })).toMatch(/^Doe et al\. /);
});

test('a citation as BibTeX puts the venue into the field of its type', () => {
  expect(bibtex(two)).toBe(`@article{doe2020,
  author = {Doe, Jane and Roe, Richard},
  title = {On names},
  journal = {Journal of Names},
  year = {2020},
  url = {https://example.org/names},
}`);
  expect(bibtex({ ...two, type: 'inproceedings' })).toContain('booktitle = {Journal of Names}');
});
