import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { recipeJsonSchema, studyJsonSchema } from './study-json-schema.ts';
import { parseStudy } from './study-spec.ts';

const folder = fileURLToPath(new URL('../../examples/', import.meta.url));
const files = (place: string) => readdirSync(folder + place).filter((name) => name.endsWith('.yaml'));
const read = (name: string): Record<string, unknown> => parse(readFileSync(folder + name, 'utf8'));

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const study = ajv.compile(studyJsonSchema());
const recipe = ajv.compile(recipeJsonSchema());

/** What a validator says of a value: the places and messages of its errors. */
const errors = (validate: ValidateFunction, value: unknown): string[] =>
  validate(value) ? [] : validate.errors!.map(({ instancePath, message }) => `${instancePath}: ${message}`);

test.each(files(''))('examples/%s fits the schema of studies', (name) => {
  expect(errors(study, read(name))).toEqual([]);
});

test.each(files('recipes'))('examples/recipes/%s fits the schema of recipes', (name) => {
  expect(errors(recipe, read(`recipes/${name}`))).toEqual([]);
});

const tiny = read('tiny.yaml');
const model = { family: 'vae', hidden: [8] };

test.each<[string, object]>([
  ['a misspelt key', { bugdets: [10] }],
  ['a misspelt key within', { training: { stps: 3 } }],
  ['a misspelt option of a family', { models: [{ ...model, latnt: 3 }] }],
  ['an option of another family', { models: [{ ...model, heads: 3 }] }],
  ['what follows from the data', { models: [{ ...model, image: [1, 8, 8] }] }],
  ['an unknown technique', { techniques: ['fine-tun'] }],
  ['a misspelt option of a technique', { techniques: [{ 'fine-tune': { scedule: 'cosine' } }] }],
  ['a negative budget', { budgets: [-1] }],
  ['a missing target', { target: undefined }],
])('%s does not fit', (_, change) => {
  expect(errors(study, { ...tiny, ...change })).not.toEqual([]);
});

test.each<[string, object]>([
  ['checkpoints', { models: [{ checkpoint: './a', label: 'mine' }] }],
  ['own data', { target: { path: './photos', resize: 32, channels: 1 } }],
  ['options', { techniques: [{ 'fine-tune': { schedule: { name: 'cosine', warmup: '5%' } } }] }],
  ['seeds by name, one rate', { seeds: [4, 5], training: { equal: 'flops', learningRate: 0.001 } }],
])('%s fit the schema, and the parser', (_, change) => {
  expect(errors(study, { ...tiny, ...change })).toEqual([]);
  expect(() => parseStudy({ ...tiny, ...change }, 'test')).not.toThrow();
});

interface Part {
  readonly $ref?: string;
  readonly allOf?: readonly Part[];
  readonly properties?: Readonly<Record<string, Part>>;
  readonly definitions?: Readonly<Record<string, Part>>;
  readonly description?: string;
  readonly default?: unknown;
}

test('every key of a study and of its sections is described, and defaults are told', () => {
  const schema = studyJsonSchema() as Part;
  const whole = (part: Part): Part =>
    part.$ref !== undefined
      ? whole(schema.definitions![part.$ref.replace('#/definitions/', '')]!)
      : Object.assign({}, ...(part.allOf ?? []).map(whole), part);
  const keysOf = (part: Part): [string, Part][] =>
    Object.entries(part.properties ?? {}).map(([key, value]) => [key, whole(value)]);
  const top = keysOf(schema);
  const keys = [...top, ...top.flatMap(([, part]) => keysOf(part))];
  expect(keys.length).toBeGreaterThan(30);
  expect(keys.filter(([, { description }]) => description === undefined).map(([key]) => key)).toEqual([]);
  const training = Object.fromEntries(keysOf(Object.fromEntries(top).training!));
  expect(training.steps!.default).toBe(600);
});
