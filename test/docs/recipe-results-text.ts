import { fixed, isKept, readKept } from './kept-results.ts';
import { markdownTable } from './markdown-table.ts';

/** A recipe as scripts/record-result.mjs keeps it, or what a peer wrote. */
interface RecipeResult {
  readonly commit: string;
  readonly mean: Readonly<Record<string, { mean: number; deviation: number | null }>>;
  readonly runs: readonly {
    seed: number;
    wholePart?: { loss: number };
    estimate?: { loss: number };
    measurements: readonly { metric: string; value: number }[];
  }[];
}

/** What recipes found, beside what their originals did. */
export const recipesText = (): string[] => [
  '# Recipes beside their originals',
  '',
  ...nanogptSection(),
  ...vaeSection(),
  ...(isKept('docs/results/gan-samples.json') ? ganSection() : []),
];

interface Peer {
  readonly whole_validation: { mean: number; sd: number };
  readonly published_estimate: number;
  readonly runs: readonly { seed: number; whole_validation: number; estimate_20_batches: { mean: number } }[];
}

function nanogptSection(): string[] {
  const ours = readKept<RecipeResult>('docs/results/nanogpt-cpu.json');
  const theirs = readKept<Peer>('bench/peers/results/nanogpt-cpu.json');
  const losses = ours.runs.map(({ wholePart }) => wholePart!.loss);
  const firstThree = losses.slice(0, 3).reduce((a, b) => a + b) / 3;
  const whole = ours.mean['mean loss over the whole validation part']!;
  const batches = ours.mean['mean loss of 20 batches of random windows']!;
  const list = (values: readonly number[]) => values.map((value) => fixed(value, 4)).join(', ');
  return [
    '## nanogpt-cpu',
    '',
    `nanoGPT's configuration for a CPU on Shakespeare's plays: \`graft pretrain examples/recipes/nanogpt-cpu.yaml --out nanogpt seeds=${losses.length}\`, commit ${ours.commit}. Nats per character over the whole validation part; in brackets the standard deviation over seeds.`,
    '',
    markdownTable(
      ['program', 'seeds', 'mean', 'each'],
      [
        [
          'Graft',
          String(losses.length),
          `${fixed(whole.mean, 4)} (${fixed(whole.deviation!, 4)})`,
          list(losses),
        ],
        ['Graft, the first three', '3', fixed(firstThree, 4), list(losses.slice(0, 3))],
        [
          "nanoGPT's own code, PyTorch",
          String(theirs.runs.length),
          `${fixed(theirs.whole_validation.mean, 4)} (${fixed(theirs.whole_validation.sd, 4)})`,
          list(theirs.runs.map((run) => run.whole_validation)),
        ],
      ],
    ),
    '',
    `The estimate from 20 batches that nanoGPT prints, published as ${theirs.published_estimate}: Graft ${fixed(batches.mean, 3)} (${fixed(batches.deviation!, 3)}), nanoGPT's code here ${fixed(theirs.runs.reduce((sum, run) => sum + run.estimate_20_batches.mean, 0) / theirs.runs.length, 3)}. From the same weights and batches both programs take the same path: over 1,000 updates their losses differ by less than 0.00001 (\`npm run bench -- nanogpt-parity\`); what differs here is the batches and starting weights that each draws.`,
    '',
  ];
}

function vaeSection(): string[] {
  const ours = readKept<RecipeResult>('docs/results/vae-mnist.json');
  const theirs = readKept<{
    test_bound: { mean: number };
    epochs: number;
    runs: readonly { best_validation_loss: number }[];
  }>('bench/peers/results/vae-mnist.json');
  const nll = ours.mean['nll (test)']!.mean;
  return [
    '## vae-mnist',
    '',
    `pythae's recipe for a variational autoencoder, ${theirs.epochs} epochs on 25,000 binarised images of MNIST, 5,000 more for choosing the weights: \`graft pretrain examples/recipes/vae-mnist.yaml --out vae-mnist\`, commit ${ours.commit}. Nats per test image, bound from 200 samples, one seed.`,
    '',
    markdownTable(
      ['program', 'bound on the negative log-likelihood', 'best validation loss (negative ELBO)'],
      [
        ['Graft', fixed(nll, 2), fixed(ours.mean['best validation loss']!.mean, 2)],
        [
          'the same recipe in PyTorch',
          fixed(theirs.test_bound.mean, 2),
          fixed(theirs.runs[0]!.best_validation_loss, 2),
        ],
      ],
    ),
    '',
  ];
}

/** What `npm run bench -- gan-samples` says of the checkpoints of examples/recipes/gan-mnist.yaml. */
function ganSection(): string[] {
  const { commit, count, network, realCoverage, accuracy, realConfident, rows } = readKept<{
    readonly commit: string;
    readonly count: number;
    readonly network: string;
    readonly realCoverage: number;
    readonly accuracy: number;
    readonly realConfident: number;
    readonly rows: readonly { coverage: number; toReal: number; confident: number; shares: number[] }[];
  }>('docs/results/gan-samples.json');
  const percent = (share: number) => `${fixed(100 * share, 1)} %`;
  return [
    '## gan-mnist',
    '',
    `Digits by class from an adversarial network, ${rows.length} seeds: \`graft pretrain examples/recipes/gan-mnist.yaml --out gan-mnist\`, then \`npm run bench -- gan-samples\`, commit ${commit}. ${count} samples against ${count} test images, 5 neighbours in the network \`${network}\`; as many training images cover ${fixed(realCoverage, 3)} of them. A classifier that gets ${percent(accuracy)} of the test images right is surer than 0.9 of ${percent(realConfident)} of them.`,
    '',
    markdownTable(
      [
        'seed',
        'coverage',
        'in that of real images',
        'samples surer than 0.9',
        'rarest class',
        'commonest class',
      ],
      rows.map((row, i) => [
        String(i + 1),
        fixed(row.coverage, 3),
        fixed(row.toReal, 3),
        percent(row.confident),
        percent(Math.min(...row.shares)),
        percent(Math.max(...row.shares)),
      ]),
    ),
    '',
  ];
}
