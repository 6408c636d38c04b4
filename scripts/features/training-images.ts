import { type ImageSet, subset } from '../../src/data/data-set.ts';
import { type Selection, selectItems } from '../../src/data/select-items.ts';
import { splitData } from '../../src/data/split.ts';
import { stream } from '../../src/random.ts';

/** The share of designs that no network is trained on. */
const heldOutShare = 0.15;

/** Glyphs that a network is trained on, and all others. */
export interface TrainingImages {
  readonly train: ImageSet;
  readonly rest: ImageSet;
  readonly heldOutFamilies: readonly string[];
}

/**
 * The glyphs of the given styles and scripts, without the designs that are held out. Designs are held out by a draw that is
 * the same for all networks, and the test designs of the parts `testOf` besides; typefaces of one design (Roboto, Roboto
 * Slab) stay together.
 */
export function trainingImages(
  glyphs: ImageSet,
  styles: readonly string[],
  scripts: readonly string[],
  testOf: readonly Selection[] = [],
): TrainingImages {
  const { style, script, family } = glyphs.attributes as Record<string, readonly string[]>;
  const groups = [...new Set(glyphs.groups!)].sort();
  const drawn = stream(2025).child('held-out designs').permutation(groups.length);
  const heldOut = new Set([
    ...[...drawn.subarray(0, Math.round(heldOutShare * groups.length))].map((i) => groups[i]!),
    ...testOf.flatMap((part) => splitData(selectItems(glyphs, part)).test.groups!),
  ]);
  const all = Array.from({ length: glyphs.count }, (_, i) => i);
  const isTrained = (i: number) =>
    styles.includes(style![i]!) && scripts.includes(script![i]!) && !heldOut.has(glyphs.groups![i]!);
  return {
    train: subset(glyphs, all.filter(isTrained)),
    rest: subset(
      glyphs,
      all.filter((i) => !isTrained(i)),
    ),
    heldOutFamilies: [
      ...new Set(
        all
          .filter((i) => heldOut.has(glyphs.groups![i]!) && styles.includes(style![i]!))
          .map((i) => family![i]!),
      ),
    ].sort(),
  };
}

/** Pixels as numbers from 0 to 1: [count, 28 * 28]. */
export const unitPixels = (set: ImageSet): Float32Array => Float32Array.from(set.pixels, (v) => v / 255);
