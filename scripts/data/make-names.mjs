// Collects given names, surnames and places of many languages into data/names.json.gz. Usage: npm run names [-- --check]
import { allLocales } from '@faker-js/faker';
import { gzipSync } from 'fflate';
import { writeData } from './write-data.mjs';

/**
 * Language -> its writing system and the locales of faker whose lists are joined. Left out are locales that repeat
 * English lists (fr_BE), mix languages (fr_CH, en_CA, ro_MD) or anglicise (the places of vi).
 */
const languages = {
  croatian: { script: 'latin', locales: ['hr'] },
  czech: { script: 'latin', locales: ['cs_CZ'] },
  danish: { script: 'latin', locales: ['da'] },
  dutch: { script: 'latin', locales: ['nl', 'nl_BE'] },
  english: { script: 'latin', locales: ['en', 'en_AU'] },
  french: { script: 'latin', locales: ['fr'] },
  georgian: { script: 'georgian', locales: ['ka_GE'] },
  german: { script: 'latin', locales: ['de', 'de_AT'] },
  hebrew: { script: 'hebrew', locales: ['he'] },
  hungarian: { script: 'latin', locales: ['hu'] },
  indonesian: { script: 'latin', locales: ['id_ID'] },
  italian: { script: 'latin', locales: ['it'] },
  latvian: { script: 'latin', locales: ['lv'] },
  macedonian: { script: 'cyrillic', locales: ['mk'] },
  polish: { script: 'latin', locales: ['pl'] },
  portuguese: { script: 'latin', locales: ['pt_PT', 'pt_BR'] },
  romanian: { script: 'latin', locales: ['ro'] },
  russian: { script: 'cyrillic', locales: ['ru'] },
  slovak: { script: 'latin', locales: ['sk'] },
  spanish: { script: 'latin', locales: ['es', 'es_MX'] },
  turkish: { script: 'latin', locales: ['tr'] },
  ukrainian: { script: 'cyrillic', locales: ['uk'] },
  vietnamese: { script: 'latin', locales: ['vi'], without: 'place' },
};

/** Where a locale keeps each kind. */
const kinds = {
  'given-name': (locale) =>
    ['generic', 'female', 'male'].flatMap((g) => locale.person?.first_name?.[g] ?? []),
  surname: (locale) => ['generic', 'female', 'male'].flatMap((g) => locale.person?.last_name?.[g] ?? []),
  place: (locale) => locale.location?.city_name ?? [],
};

/** What a name of each writing system may consist of, besides apostrophes, spaces and hyphens. */
const letters = {
  latin: /^[\p{Script=Latin}' -]+$/u,
  cyrillic: /^[\p{Script=Cyrillic}' -]+$/u,
  georgian: /^[\p{Script=Georgian}' -]+$/u,
  hebrew: /^[\p{Script=Hebrew}' -]+$/u,
};
/** Two names run together, or a numbered district. */
const malformed = /\p{Ll}{3,}\p{Lu}|\bI{2,}\b/u;

const dropped = [];
/** One spelling per name: composed letters, straight apostrophes, plain hyphens, single spaces. */
function clean(name, script) {
  const text = name
    .normalize('NFC')
    .replaceAll(/[’ʼ`´]/g, "'")
    .replaceAll(/[‐–]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const length = [...text].length;
  if (length >= 2 && length <= 40 && letters[script].test(text) && !malformed.test(text)) return text;
  dropped.push(name);
  return undefined;
}

const items = {};
for (const [language, { script, locales, without }] of Object.entries(languages)) {
  const lists = Object.entries(kinds).map(([kind, read]) => {
    const raw = kind === without ? [] : locales.flatMap((locale) => read(allLocales[locale]));
    const names = raw.map((name) => clean(name, script));
    return [kind, [...new Set(names.filter((name) => name !== undefined))].sort((a, b) => (a < b ? -1 : 1))];
  });
  items[language] = Object.fromEntries(lists);
  const total = lists.reduce((sum, [, list]) => sum + list.length, 0);
  const distinct = new Set(lists.flatMap(([, list]) => list)).size;
  console.log(
    `${language}: ${lists.map(([kind, list]) => `${list.length} ${kind}`).join(', ')}; ${total} (${distinct} distinct)`,
  );
}
console.log(`left out: ${dropped.join(' | ')}`);
const file = gzipSync(Buffer.from(JSON.stringify({ version: 1, items })), { level: 9, mem: 12, mtime: 0 });
writeData('names.json.gz', file);
