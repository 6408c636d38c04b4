import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createModel, type FamilyName, families } from '../../src/models/index.ts';
import { checkFamilyOptions } from '../../src/study/fit-family.ts';
import { parseRecipe } from '../../src/study/recipe-spec.ts';
import { parseStudy } from '../../src/study/study-spec.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** The least that a study needs beside what a snippet shows. */
const skeleton = {
  name: 'snippet',
  source: 'glyphs/serif',
  target: 'glyphs/handwriting',
  models: [{ family: 'vae' }],
  techniques: ['fine-tune'],
  budgets: [25],
};

function fenced(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1]!,
  );
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  test('YAML snippets are (parts of) valid studies', () => {
    for (const snippet of fenced(text, 'yaml'))
      parseStudy({ ...skeleton, ...(parse(snippet) as object) }, page);
  });

  test('links to files lead somewhere', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    const dead = links.filter(
      (link) => !/^[a-z]+:/.test(link) && !existsSync(resolve(root, dirname(page), link)),
    );
    expect(dead).toEqual([]);
  });
});

test('example recipes are valid, and so are the models that they train', () => {
  const folder = join(root, 'examples', 'recipes');
  const recipes = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(recipes.length).toBeGreaterThan(0);
  for (const name of recipes) {
    const { family, model } = parseRecipe(parse(readFileSync(join(folder, name), 'utf8')), name);
    checkFamilyOptions(family, model, name);
    // What follows from the data.
    const given = { image: [1, 28, 28], ...(model.conditional === true ? { classes: ['a', 'b'] } : {}) };
    if (families[family as FamilyName].domain === 'image')
      expect(createModel(family, { ...model, ...given }, name).family).toBe(family);
  }
});

test('example studies are valid', () => {
  const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.yaml'));
  expect(examples.length).toBeGreaterThan(0);
  for (const name of examples) parseStudy(parse(readFileSync(join(root, 'examples', name), 'utf8')), name);
});
