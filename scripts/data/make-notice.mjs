// Writes data/NOTICE.md: whose typefaces and lists the built-in data come from. Usage: npm run notice [-- --check]
import { readFileSync } from 'node:fs';
import { licenceOf, metadataOf, versionOf } from './typeface.mjs';
import { writeData } from './write-data.mjs';

const typefaces = JSON.parse(readFileSync(new URL('typefaces.json', import.meta.url), 'utf8'));
const names = { 'OFL-1.1': 'SIL Open Font License 1.1', 'Apache-2.0': 'Apache License 2.0' };

const rows = typefaces.map(({ package: id }) => {
  const { family, license } = metadataOf(id);
  if (names[license.type] === undefined)
    throw new Error(`${id}: licence ${license.type} is not among those stated`);
  // The notices of a family's further font files repeat that of the first.
  const notice = license.attribution.replace(/\s\S+\.[ot]tf: .*$/s, '').replaceAll('|', '\\|');
  return `| ${family} | ${notice} | ${names[license.type]} | ${id} ${versionOf(id)} |`;
});

const openFontLicence = licenceOf('lora');
const faker = new URL('node_modules/@faker-js/faker/', import.meta.url);
const fakerVersion = JSON.parse(readFileSync(new URL('package.json', faker), 'utf8')).version;

writeData(
  'NOTICE.md',
  Buffer.from(`# Notices for the built-in data

Written by \`scripts/data/make-notice.mjs\`.

## glyphs.gz

Grey pictures, 28 by 28 pixels, of characters of the typefaces below, rendered from their \`@fontsource\` packages. The
file holds no font software. The Apache License 2.0 stands in LICENSE at the root of this package; the SIL Open Font
License 1.1 follows below.

| typeface | notice | licence | package |
| --- | --- | --- | --- |
${rows.join('\n')}

## names.json.gz

Given names, surnames and places from the locales of \`@faker-js/faker\` ${fakerVersion}, under its licence:

\`\`\`text
${readFileSync(new URL('LICENSE', faker), 'utf8').trim()}
\`\`\`

## SIL Open Font License 1.1

\`\`\`text
${openFontLicence.slice(openFontLicence.indexOf('SIL OPEN FONT LICENSE Version')).trim()}
\`\`\`
`),
);
