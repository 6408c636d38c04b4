// Keeps what a long run found, for the documentation to quote: node scripts/record-result.mjs NAME FILE [COMMIT [JUDGED]]
// FILE is results.json of a study, or what `graft pretrain --json` or a benchmark's --json printed; COMMIT is what it was run with (default: this
// one), JUDGED the one with which `graft report` wrote its verdict anew, where it did. Written to docs/results/NAME.json; learning curves and single measurements stay behind.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const [name, file, commit, judged] = process.argv.slice(2);
if (name === undefined || file === undefined) {
  process.stderr.write('usage: node scripts/record-result.mjs NAME FILE [COMMIT [JUDGED]]\n');
  process.exit(1);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const found = JSON.parse(readFileSync(file, 'utf8'));
const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
// A study says itself what it was run with.
const ranWith = found.environment?.versions?.commit;
if (ranWith?.endsWith('with changes')) {
  process.stderr.write(`${file} was made with ${ranWith}: commit first, then run again.\n`);
  process.exit(1);
}
const short = (name) => git('rev-parse', '--short', name);
const made = short(commit ?? ranWith ?? 'HEAD');
const recorded = {
  commit: made,
  ...(judged === undefined ? {} : { judged: short(judged) }),
  date: new Date().toISOString().slice(0, 10),
};
const result =
  found.benchmark !== undefined
    ? { kind: 'benchmark', ...found, compared: undefined }
    : found.comparison === undefined
      ? recipe(found)
      : study(found);
writeFileSync(
  `${root}/docs/results/${name}.json`,
  `${JSON.stringify({ ...recorded, ...result }, null, 1)}\n`,
);

function study({
  study,
  matrix,
  data,
  models,
  comparison,
  verdict,
  cost,
  environment,
  trials,
  rateSearches,
}) {
  return {
    kind: 'study',
    name: study.name,
    description: study.description,
    data: data.map(({ role, name, hash, counts }) => ({ role, name, hash, counts })),
    models: models.map(({ label, parameters, origin }) => ({ label, parameters, origin })),
    matrix,
    comparison: {
      primary: comparison.primary,
      comparisons: comparison.comparisons.map(({ measurements: _, ...one }) => one),
      cells: comparison.cells.map(({ standardError: _, values, ...cell }) => ({
        ...cell,
        values: values.map(({ seed, value }) => ({ seed, value })),
      })),
    },
    recognised: recognisedShares(trials),
    samples: sampleMetrics(trials, Math.max(...matrix.budgets)),
    training: trainingSeconds(trials, models),
    rates: rateSearches.map(({ technique, budget, chosen }) => ({ technique, budget, chosen })),
    verdict: verdict.sentences.map(({ kind, text }) => ({ kind, text })),
    cost,
    environment,
  };
}

/** Mean share of samples that the classifier recognises, by technique and budget, beside that of real images. */
function recognisedShares(trials) {
  const cells = new Map();
  for (const { result } of trials)
    for (const { metric, on, value, extras } of result.measurements) {
      if (metric !== 'recognised' || on !== 'target') continue;
      const { technique, budget } = result.cell;
      const key = `${technique}/${budget}`;
      const cell = cells.get(key) ?? { technique, budget, real: extras.real, values: [] };
      cell.values.push(value);
      cells.set(key, cell);
    }
  return [...cells.values()];
}

/** What is measured of samples against the target's test items, by model and technique at the largest budget. */
function sampleMetrics(trials, budget) {
  const rows = new Map();
  for (const { result } of trials) {
    const { model, technique } = result.cell;
    if (result.cell.budget !== budget) continue;
    const key = `${model}/${technique}`;
    const row = rows.get(key) ?? { model, technique, values: {}, real: {} };
    // The first feature network is the one that decides; the second shows how far the verdict depends on it.
    const network = result.measurements.find(({ metric }) => metric === 'kid')?.features?.network;
    for (const { metric, on, split, value, generated, features, extras } of result.measurements) {
      if (on !== 'target' || split !== 'test' || generated === undefined || !Number.isFinite(value)) continue;
      if (['kid', 'fid'].includes(metric) && features?.network !== network) continue;
      row.values[metric] = [...(row.values[metric] ?? []), value];
      if (typeof extras?.real === 'number') row.real[metric] = extras.real;
    }
    rows.set(key, row);
  }
  return [...rows.values()];
}

/** Mean processor seconds of the training of one trial, and of pre-training, by model. */
function trainingSeconds(trials, models) {
  return models.map(({ label, pretraining }) => {
    const own = trials
      .filter(({ result }) => result.cell.model === label && result.cost.steps > 0)
      .map(({ result }) => result.cost.trainingCpuSeconds);
    return {
      model: label,
      trial: own.length === 0 ? null : own.reduce((a, b) => a + b, 0) / own.length,
      pretraining: pretraining?.reduce((sum, { seconds }) => sum + seconds, 0) ?? null,
    };
  });
}

function recipe({ recipe, results, mean }) {
  return {
    kind: 'recipe',
    name: recipe.name,
    mean,
    runs: results.map(({ result: { seed, steps, best, wholePart, estimate, measurements, seconds } }) => ({
      ...{ seed, steps, best, seconds },
      ...(wholePart === undefined ? {} : { wholePart }),
      ...(estimate === undefined ? {} : { estimate }),
      measurements: measurements.map(({ metric, value, unit, split, real, kind }) => ({
        ...{ metric, value, unit, split, real, kind },
      })),
    })),
    environment: {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.versions.node,
    },
  };
}
