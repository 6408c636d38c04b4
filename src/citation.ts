/** References to the literature, kept as data so that a report can print the ones that it used. */

/** A work that a method comes from, in BibTeX's terms. */
export interface Citation {
  /** BibTeX key. */
  readonly key: string;
  readonly type: 'article' | 'inproceedings' | 'book' | 'misc';
  /** 'Family, Given and Family, Given', as BibTeX wants them. */
  readonly authors: string;
  readonly title: string;
  /** Journal, proceedings, publisher or archive. */
  readonly venue: string;
  readonly year: number;
  readonly url?: string;
}

/** The citation in one line of text: Heusel et al. (2017). Title. Venue. */
export function citationText(citation: Citation): string {
  const families = citation.authors.split(' and ').map((author) => author.split(',')[0]!.trim());
  const who =
    families.length > 2
      ? `${families[0]} et al.`
      : families.length === 2
        ? families.join(' and ')
        : families[0]!;
  return `${who} (${citation.year}). ${citation.title}${/[.?!]$/.test(citation.title) ? '' : '.'} ${citation.venue}.`;
}

/** The citation as a BibTeX entry. */
export function bibtex(citation: Citation): string {
  const place = { article: 'journal', inproceedings: 'booktitle', book: 'publisher', misc: 'howpublished' }[
    citation.type
  ];
  const fields: [string, string][] = [
    ['author', citation.authors],
    ['title', citation.title],
    [place, citation.venue],
    ['year', String(citation.year)],
    ...(citation.url === undefined ? [] : [['url', citation.url] as [string, string]]),
  ];
  const lines = fields.map(([name, value]) => `  ${name} = {${value}},`);
  return [`@${citation.type}{${citation.key},`, ...lines, '}'].join('\n');
}
