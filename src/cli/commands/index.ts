import type { Command } from '../command.ts';

/** Every command by name, in the order of the help page; a command's code is loaded when it is used. */
export const commandLoaders = {
  init: () => import('./init.ts').then(({ init }) => init),
  plan: () => import('./plan.ts').then(({ plan }) => plan),
  run: () => import('./run.ts').then(({ run }) => run),
  report: () => import('./report.ts').then(({ report }) => report),
  compare: () => import('./compare.ts').then(({ compare }) => compare),
  pretrain: () => import('./pretrain.ts').then(({ pretrain }) => pretrain),
  adapt: () => import('./adapt.ts').then(({ adapt }) => adapt),
  sample: () => import('./sample.ts').then(({ sample }) => sample),
  evaluate: () => import('./evaluate.ts').then(({ evaluate }) => evaluate),
  metric: () => import('./metric.ts').then(({ metric }) => metric),
  import: () => import('./import.ts').then(({ importCommand }) => importCommand),
  export: () => import('./export.ts').then(({ exportCommand }) => exportCommand),
  data: () => import('./data.ts').then(({ data }) => data),
  doctor: () => import('./doctor.ts').then(({ doctor }) => doctor),
} satisfies Record<string, () => Promise<Command>>;

export type CommandName = keyof typeof commandLoaders;
