import { type DataSet, type ImageSet, subset } from '../data/data-set.ts';
import type { PreparedData } from '../data/prepare-data.ts';
import { encodePng } from '../formats/write-png.ts';
import type { ReportInput } from '../report/collect-report.ts';
import type { DataDescription, Media } from '../report/report-data.ts';
import { encodeSet } from '../study/encoding.ts';
import { imageGrid } from '../study/image-grid.ts';
import { tableImages } from '../study/measure-images.ts';
import type { PlannedModel, StudyPlan } from '../study/plan-study.ts';
import { countParameters } from '../tensor/parameters.ts';
import { splitText } from './split-text.ts';

/** What a report needs to know of a study besides what its steps left behind: written once, beside the results. */
export type StudyFacts = Omit<ReportInput, 'steps' | 'directory' | 'actual'>;

/** Examples of each data set that a report shows. */
const SHOWN_IMAGES = 36;
const SHOWN_TEXTS = 12;
const COLUMNS = 12;

/** The facts of a plan. */
export async function studyFacts(
  plan: StudyPlan,
  run: Pick<ReportInput, 'predicted' | 'environment'>,
): Promise<StudyFacts> {
  const { target, source, unseen } = plan.data;
  const encoding = plan.models[0]?.encoding;
  const sets = [
    { role: 'target' as const, prepared: target },
    ...(source === undefined ? [] : [{ role: 'source' as const, prepared: source }]),
    ...unseen.map((prepared) => ({ role: 'unseen' as const, prepared })),
  ];
  const names = dataNames(plan);
  return {
    spec: plan.spec,
    rows: plan.rows,
    seeds: plan.seeds,
    models: plan.models.map((model) => ({
      label: model.label,
      family: model.family,
      parameters: countParameters(model.model.parameters),
      origin: originOf(model, plan, names.source),
      pretraining: model.pretraining,
    })),
    trials: plan.trials,
    data: await Promise.all(
      sets.map(async ({ role, prepared }, i) => {
        const name = role === 'unseen' ? names.unseen[i - (source === undefined ? 1 : 2)]! : names[role]!;
        return describeData(role, name, prepared, encoding);
      }),
    ),
    warnings: plan.warnings,
    kind: target.train.kind,
    ...run,
  };
}

/** The names under which a plan's steps know their data sets: `glyphs (style: serif)`. */
export function dataNames(plan: StudyPlan): {
  target: string;
  source: string | undefined;
  unseen: readonly string[];
} {
  const inputs = plan.steps.find(({ kind }) => kind === 'trial')?.inputs as unknown as
    | { target: { name: string }; source?: { name: string }; evaluateOn: readonly { name: string }[] }
    | undefined;
  return {
    target: inputs?.target.name ?? plan.data.target.name,
    source: inputs?.source?.name ?? plan.data.source?.name,
    unseen: inputs?.evaluateOn.map(({ name }) => name) ?? plan.data.unseen.map(({ name }) => name),
  };
}

function originOf(
  { label, pretraining }: PlannedModel,
  { spec }: StudyPlan,
  source: string | undefined,
): string {
  if (pretraining.length > 0) {
    const times = pretraining.length === 1 ? '' : `, ${pretraining.length} times from other random numbers`;
    return `pre-trained on ${source ?? 'the source'} by this study${times}`;
  }
  const entry = spec.models.find(
    (model) => 'checkpoint' in model && (model.label === label || String(model.checkpoint).endsWith(label)),
  );
  return entry === undefined
    ? 'a given checkpoint'
    : `the folder ${String((entry as { checkpoint: string }).checkpoint)}`;
}

async function describeData(
  role: DataDescription['role'],
  name: string,
  prepared: PreparedData,
  encoding: PlannedModel['encoding'] | undefined,
): Promise<DataDescription> {
  const { split, overlap, size, corruption } = prepared.report;
  const { train, validation, test } = prepared;
  const running = split.unit === 'characters';
  const counts = running
    ? split.counts
    : { train: train.count, validation: validation.count, test: test.count };
  const damage = Object.entries(corruption ?? {}).filter(([, n]) => Number(n) > 0);
  const examples = await examplesOf(test, encoding);
  return {
    role,
    name,
    hash: prepared.hash,
    unit: running ? 'character' : train.kind,
    counts,
    division: splitText(split),
    duplicatesRemoved: Object.values(split.duplicatesRemoved).reduce((a, b) => a + b, 0),
    overlapRemoved:
      overlap === undefined ? null : running ? overlap.characters : overlap.items + overlap.groupItems,
    notes: [
      ...test.provenance.steps.filter((step) => !step.startsWith('split')),
      ...(size === undefined ? [] : [`${size.kept} of ${size.of} used for training`]),
      ...damage.map(([kind, n]) => `${String(n)} training items damaged: ${kind}`),
    ],
    ...(test.licence === undefined ? {} : { licence: test.licence }),
    ...(examples === undefined ? {} : { examples }),
  };
}

/** The first test items as the model sees them. */
async function examplesOf(
  test: DataSet,
  encoding: PlannedModel['encoding'] | undefined,
): Promise<Media | undefined> {
  if (test.kind === 'text')
    return {
      kind: 'text',
      items: test.documents.slice(0, SHOWN_TEXTS).map((text) => ({ text: text.slice(0, 400) })),
    };
  if (encoding?.kind !== 'image') return undefined;
  const count = Math.min(SHOWN_IMAGES, test.count);
  const first = subset(
    test as ImageSet,
    Int32Array.from({ length: count }, (_, i) => i),
  );
  const picture = imageGrid(tableImages(encodeSet(first, encoding).table), Math.min(COLUMNS, count));
  const png = Buffer.from(await encodePng(picture)).toString('base64');
  return { kind: 'image', png, width: picture.width, height: picture.height };
}
