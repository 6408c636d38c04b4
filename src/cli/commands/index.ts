import type { Command } from '../command.ts';

/** Every command by name, in the order of the help page; a command's code is loaded when it is used. */
export const commandLoaders = {
  init: () => import('./init.ts').then(({ init }) => init),
  run: () => import('./run.ts').then(({ run }) => run),
  plan: () => import('./plan.ts').then(({ plan }) => plan),
  report: () => import('./report.ts').then(({ report }) => report),
  pretrain: () => import('./pretrain.ts').then(({ pretrain }) => pretrain),
  adapt: () => import('./adapt.ts').then(({ adapt }) => adapt),
  data: () => import('./data.ts').then(({ data }) => data),
  metric: () => import('./metric.ts').then(({ metric }) => metric),
  doctor: () => import('./doctor.ts').then(({ doctor }) => doctor),
  sample: () => import('./sample.ts').then(({ sample }) => sample),
  export: () => import('./export.ts').then(({ exportCommand }) => exportCommand),
} satisfies Record<string, () => Promise<Command>>;

export type CommandName = keyof typeof commandLoaders;
