import { fixed, isKept, readKept } from './kept-results.ts';
import { markdownTable } from './markdown-table.ts';

/** What the benchmarks found. */
export const speedText = (): string[] => [
  ...speedSection(),
  ...(isKept('docs/results/quickstart-peer.json') ? quickstartSection() : []),
  ...(isKept('docs/results/frozen-stage.json') ? frozenSection() : []),
];

/** PyTorch's ways to run a step, as columns are headed. */
const peerModes = { eager: 'eager', fused: 'fused', compile: 'compiled' } as const;
type PeerMode = keyof typeof peerModes;

type SpeedRow = Readonly<Record<`${PeerMode}_ms` | `to_${PeerMode}`, number>> & {
  readonly model: string;
  readonly threads: number;
  readonly graft_ms: number;
  readonly optimiser_share: number;
};

function speedSection(): string[] {
  const { commit, rows, geometric_mean_to_eager, environment } = readKept<{
    commit: string;
    rows: readonly SpeedRow[];
    geometric_mean_to_eager: number;
    environment: { torch: string; processor: string; cores: number };
  }>('docs/results/training-step.json');
  // A shorter run may leave PyTorch's compiler out.
  const modes = (Object.keys(peerModes) as PeerMode[]).filter((mode) =>
    rows.every((row) => `${mode}_ms` in row),
  );
  return [
    '# Speed of a training step',
    '',
    `\`npm run bench -- --python peers-env/bin/python\`, commit ${commit}: milliseconds of a step (median) in turns with PyTorch ${environment.torch} on ${environment.cores} cores (${environment.processor}); ratios below 1 are faster than PyTorch. 'fused' is PyTorch with \`fused=True\` in its optimiser${modes.includes('compile') ? ", 'compiled' with `torch.compile`" : ''}. Geometric mean of the ratios to eager: ${fixed(geometric_mean_to_eager, 2)}.`,
    '',
    markdownTable(
      [
        ...['model', 'threads', 'Graft'],
        ...modes.map((mode) => peerModes[mode]),
        ...modes.map((mode) => `ratio to ${peerModes[mode]}`),
        "optimiser's share",
      ],
      rows.map((row) => [
        row.model,
        String(row.threads),
        fixed(row.graft_ms, 1),
        ...modes.map((mode) => fixed(row[`${mode}_ms`], 1)),
        ...modes.map((mode) => fixed(row[`to_${mode}`], 2)),
        `${fixed(100 * row.optimiser_share, 0)} %`,
      ]),
    ),
    '',
  ];
}

/** The seconds of a program's parts, all of its processes together, as the columns name them. */
const partNames = {
  pretrain: 'pre-training',
  tune: 'rate search',
  train: 'training',
  measure: 'measuring',
  idle: 'idle',
} as const;

function quickstartSection(): string[] {
  const { commit, rows, ratio, rounds, processor } = readKept<{
    commit: string;
    rows: readonly (Readonly<Partial<Record<keyof typeof partNames, number>>> & {
      readonly program: string;
      readonly wall: number;
    })[];
    ratio: number;
    rounds: number;
    processor: string;
  }>('docs/results/quickstart-peer.json');
  const parts = Object.keys(partNames) as (keyof typeof partNames)[];
  return [
    '# The quickstart study beside PyTorch',
    '',
    `\`npm run bench -- quickstart --python peers-env/bin/python --rounds ${rounds}\`, commit ${commit}, two cores (${processor}): the same trials and metrics by a PyTorch program with its data in memory. Seconds from start to exit, and of the parts those of all processes together. Graft takes ${fixed(ratio, 2)} of the time of PyTorch's best setting. Most of it, in both programs, are the matrix products of the likelihood bound (256 decoded codes for each item).`,
    '',
    markdownTable(
      ['program', 'wall clock', ...parts.map((part) => partNames[part])],
      rows.map((row) => [
        row.program,
        fixed(row.wall, 0),
        ...parts.map((part) => (row[part] === undefined ? '–' : fixed(row[part], 0))),
      ]),
    ),
    '',
  ];
}

function frozenSection(): string[] {
  const { commit, rows } = readKept<{
    commit: string;
    rows: readonly {
      readonly model: string;
      readonly trained: string;
      readonly whole_ms: number;
      readonly part_ms: number;
      readonly operations_left: number;
      readonly to_floor: number;
    }[];
  }>('docs/results/frozen-stage.json');
  return [
    '# A stage with frozen layers',
    '',
    `\`npm run bench -- frozen-stage\`, commit ${commit}, one thread: milliseconds of a step in which only the last layers train, against the floor that its remaining operations allow at the rate of a whole step.`,
    '',
    markdownTable(
      ['model', 'trained', 'whole step', 'this step', 'operations left', 'ratio to the floor'],
      rows.map((row) => [
        row.model,
        row.trained,
        fixed(row.whole_ms, 1),
        fixed(row.part_ms, 2),
        `${fixed(100 * row.operations_left, 1)} %`,
        fixed(row.to_floor, 2),
      ]),
    ),
    '',
  ];
}
