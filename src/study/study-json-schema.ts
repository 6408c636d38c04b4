import { z } from 'zod';
import { type Family, type FamilyName, families } from '../models/index.ts';
import { recipeSpec } from './recipe-spec.ts';
import { checkpointModel, familyModel, studySpec } from './study-spec.ts';

/** The options of a family that a person may write: those that follow from the data are left out, none is needed. */
function optionsOf(name: FamilyName): z.ZodObject {
  const { schema, fromData }: Family = families[name];
  const written = Object.entries(schema.shape).filter(([key]) => !fromData.includes(key));
  return z.object(Object.fromEntries(written)).partial();
}

const names = Object.keys(families) as FamilyName[];

/** A model entry for each family, so that editors know the options of every one. */
const familyEntries = names.map((name) =>
  z
    .strictObject({
      ...familyModel.shape,
      ...optionsOf(name).shape,
      family: z.literal(name).describe('architecture and objective'),
    })
    .describe(`${families[name].title}, pre-trained on the source by the study`),
);

/** Editors know draft 7 best; what occurs in many places is written once. */
const forEditors = { io: 'input', target: 'draft-7', reused: 'ref' } as const;

/**
 * The JSON Schema (draft 7) of a study file. It is stricter than a parser needs to be in one place: the options of each
 * model family are spelt out.
 */
export function studyJsonSchema(): Record<string, unknown> {
  const models = z
    .array(z.union([...familyEntries, checkpointModel]))
    .min(1)
    .describe(studySpec.shape.models.description!);
  const spec = studySpec.safeExtend({ models }).describe(studySpec.description!);
  return { title: 'Study of Graft', ...z.toJSONSchema(spec, forEditors) };
}

/** The JSON Schema (draft 7) of a recipe, which `graft pretrain` takes. */
export function recipeJsonSchema(): Record<string, unknown> {
  return { title: 'Recipe of Graft', ...z.toJSONSchema(recipeSpec, forEditors) };
}
