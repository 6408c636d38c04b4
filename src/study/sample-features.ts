import type { FeatureExtractor } from './measure-images.ts';
import type { StepContext } from './step.ts';

/** The feature network for images of a shape; undefined where none fits. */
export async function sampleFeatures(
  _shape: readonly number[],
  _context: StepContext,
): Promise<FeatureExtractor | undefined> {
  return undefined;
}
