import { devices } from '../engine/device.ts';
import type { OptionTable } from './option.ts';

/** Options of every command that computes. */
export const computeOptions = {
  threads: {
    kind: 'number',
    value: 'N',
    summary: 'threads of one computation',
    fallback: 1,
    whole: true,
    least: 1,
  },
  device: { kind: 'choice', choices: devices, summary: 'where tensor programs run', fallback: 'cpu' },
} as const satisfies OptionTable;

/** Where random numbers start. */
export const seedOption = {
  seed: {
    kind: 'number',
    value: 'N',
    summary: 'start of the random numbers; one seed, one result',
    fallback: 0,
    whole: true,
    least: 0,
  },
} as const satisfies OptionTable;
