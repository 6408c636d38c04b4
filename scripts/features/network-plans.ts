import type { Selection } from '../../src/data/select-items.ts';
import type { FeatureNetworkName } from '../../src/features/index.ts';

/** How a network of the registry is made. */
export interface NetworkPlan {
  readonly title: string;
  readonly family: 'classifier' | 'autoencoder';
  /** Whether a classifier also tells typefaces apart. */
  readonly typefaces: boolean;
  /** Share of a classifier's batch that is spoilt, with a class of its own; 0: no such class. */
  readonly spoilt: number;
  /** Channels of a classifier's convolutions. */
  readonly channels: readonly number[];
  /** Glyphs that it is trained on. */
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** Parts of the glyphs whose test designs, as studies divide them, it is not trained on. */
  readonly testOf: readonly Selection[];
  /** Whether images are also made soft, faint and noisy. */
  readonly degraded: boolean;
  readonly seed: number;
  readonly steps: number;
  readonly learningRate: number;
}

/**
 * The networks of features see neither handwriting nor serif typefaces, nor Cyrillic nor Greek letters: those are what
 * studies of glyphs have as targets. A recogniser must know the characters in all styles; it does not see the handwriting
 * that studies hold out for testing.
 */
export const networkPlans: Record<FeatureNetworkName, NetworkPlan> = {
  glyphs: {
    title: 'Classifier of Latin letters and digits, and of typefaces',
    family: 'classifier',
    typefaces: true,
    channels: [16, 32, 64, 64],
    spoilt: 0,
    styles: ['sans-serif', 'monospace', 'display'],
    scripts: ['latin'],
    testOf: [],
    degraded: false,
    seed: 1,
    steps: 2500,
    learningRate: 2e-3,
  },
  'glyphs-autoencoder': {
    title: 'Denoising autoencoder of Latin letters and digits',
    family: 'autoencoder',
    typefaces: false,
    channels: [],
    spoilt: 0,
    styles: ['sans-serif', 'monospace', 'display'],
    scripts: ['latin'],
    testOf: [],
    degraded: false,
    seed: 2,
    steps: 4000,
    learningRate: 1e-3,
  },
  'glyph-recogniser': {
    title: 'Classifier of Latin, Cyrillic and Greek characters',
    family: 'classifier',
    typefaces: false,
    channels: [24, 48, 96, 96],
    spoilt: 0.2,
    styles: ['sans-serif', 'monospace', 'display', 'serif', 'handwriting'],
    scripts: ['latin', 'cyrillic', 'greek'],
    testOf: [{ style: 'handwriting' }, { style: 'handwriting', script: 'latin', case: 'upper' }],
    degraded: true,
    seed: 3,
    steps: 4500,
    learningRate: 2e-3,
  },
};
