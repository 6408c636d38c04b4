import { type ImageSet, subset } from '../../src/data/data-set.ts';
import type { FeatureNetwork } from '../../src/features/feature-network.ts';
import type { NetworkCard } from '../../src/features/network-card.ts';
import type { Matrix } from '../../src/numeric/matrix.ts';
import { selectRows } from '../../src/numeric/matrix.ts';
import { nearestNeighbours } from '../../src/numeric/nearest-neighbours.ts';
import { stream } from '../../src/random.ts';
import { type Spoil, spoils } from './spoil-image.ts';
import { unitPixels } from './training-images.ts';

const shape = [1, 28, 28];
const size = 28 * 28;
/** Images of each kind of spoilt ones. */
const spoiltCount = 1000;
/** Share of the real Latin images of every style that must be recognised. */
const passing = 0.9;

/** What a card says about a network on images that it was not trained on. */
export type Assessment = Pick<NetworkCard, 'accuracy' | 'neighbourAccuracy' | 'recognition'>;

/**
 * Assesses a network on glyphs that it was not trained on, by style and script. The threshold of recognition is the largest
 * of 0.05, 0.1, … at which 90 % of the Latin ones of every style are recognised.
 */
export async function assessNetwork(
  network: FeatureNetwork,
  rest: ImageSet,
  shapes: ReadonlyMap<string, string>,
  hasNoClass: boolean,
): Promise<Assessment> {
  const { styles, scripts } = network.card.training;
  const { style, script, character } = rest.attributes as Record<string, readonly string[]>;
  const cells = new Map<string, number[]>();
  for (let i = 0; i < rest.count; i++) {
    const key = `${style![i]}/${script![i]}`;
    cells.set(key, [...(cells.get(key) ?? []), i]);
  }
  const groups = [...cells]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, items]) => {
      const [ofStyle, ofScript] = key.split('/') as [string, string];
      const images = !styles.includes(ofStyle)
        ? 'style never trained on'
        : scripts.includes(ofScript)
          ? 'held-out typefaces'
          : 'script never trained on';
      return { items, facts: { style: ofStyle, script: ofScript, images, count: items.length } };
    });
  const unit = unitPixels(rest);
  const features = await network.extract({ shape, data: unit });
  const neighbourAccuracy = groups.flatMap(({ items, facts }) => {
    const result = neighbours(features, items, rest.groups!, (i) => shapes.get(character![i]!)!);
    return result === undefined ? [] : [{ ...facts, ...result }];
  });
  if (network.card.architecture.family !== 'classifier') return { neighbourAccuracy };

  const { probabilities, classNames } = await network.classify({ shape, data: unit });
  const noClass = hasNoClass ? classNames.length - 1 : undefined;
  const { best, confidence } = mostProbable(probabilities, noClass);
  const known = groups.filter(({ facts }) => scripts.includes(facts.script));
  const share = (items: readonly number[], test: (i: number) => boolean) =>
    round(items.filter(test).length / items.length);
  const real = known.flatMap(({ items }) => items);
  const accuracy = known.map(({ items, facts }) => ({
    ...facts,
    accuracy: share(items, (i) => classNames[best[i]!] === shapes.get(character![i]!)),
  }));
  if (noClass === undefined) return { accuracy, neighbourAccuracy };
  const everyStyle = known.filter(({ facts }) => facts.script === 'latin');
  let threshold = 0.05;
  const passes = (at: number) =>
    everyStyle.every(({ items }) => share(items, (i) => confidence[i]! >= at) >= passing);
  while (passes(round(threshold + 0.05))) threshold = round(threshold + 0.05);
  return {
    accuracy,
    neighbourAccuracy,
    recognition: {
      threshold,
      noClass,
      real: known.map(({ items, facts }) => ({
        ...facts,
        recognised: share(items, (i) => confidence[i]! >= threshold),
      })),
      spoilt: await spoiltRates(network, subset(rest, real), shapes, noClass, threshold),
    },
  };
}

async function spoiltRates(
  network: FeatureNetwork,
  real: ImageSet,
  shapes: ReadonlyMap<string, string>,
  noClass: number,
  threshold: number,
) {
  const unit = unitPixels(real);
  const rates = [];
  for (const [images, spoil] of Object.entries({ ...spoils, ...unseenSpoils })) {
    const draws = stream(7).child(images);
    const data = new Float32Array(spoiltCount * size);
    for (let i = 0; i < spoiltCount; i++) {
      const [a, b] = differentCharacters(real, shapes, draws.child('pair').child(i));
      data.set((spoil as Spoil)(a(unit), b(unit), 28, draws.child(i)), i * size);
    }
    const { probabilities } = await network.classify({ shape, data });
    const { confidence } = mostProbable(probabilities, noClass);
    const recognised = round(confidence.filter((p) => p >= threshold).length / spoiltCount);
    rates.push({ images, count: spoiltCount, recognised });
  }
  return rates;
}

/** Ways to spoil that no network was trained to refuse. */
const unseenSpoils: Record<string, Spoil> = {
  'pixels in another order (not in training)': (a, _b, _side, draws) => {
    const order = draws.permutation(a.length);
    return a.map((_, at) => a[order[at]!]!);
  },
  'half of one, the rest empty (not in training)': (a, _b, side) =>
    a.map((x, at) => (at % side < side / 2 ? x : 0)),
  'empty (not in training)': (a) => a.map(() => 0),
};

function differentCharacters(
  set: ImageSet,
  shapes: ReadonlyMap<string, string>,
  draws: ReturnType<typeof stream>,
) {
  const order = draws.integers(64, set.count);
  const shapeOf = (i: number) => shapes.get(set.attributes!.character![i]!);
  const first = order[0]!;
  const second = order.find((i) => shapeOf(i) !== shapeOf(first))!;
  const image = (i: number) => (unit: Float32Array) => unit.subarray(i * size, (i + 1) * size);
  return [image(first), image(second)] as const;
}

/** The most probable class of each row, but for column `noClass`, and its probability. */
function mostProbable({ rows, columns, data }: Matrix, noClass: number | undefined) {
  const best = new Int32Array(rows);
  for (let i = 0; i < rows; i++)
    for (let c = 1; c < columns; c++)
      if (c !== noClass && data[i * columns + c]! > data[i * columns + best[i]!]!) best[i] = c;
  return { best, confidence: Float64Array.from(best, (c, i) => data[i * columns + c]!) };
}

/** Accuracy of the nearest image of another design; undefined where there is only one design. */
function neighbours(
  features: Matrix,
  items: readonly number[],
  designs: readonly string[],
  classOf: (i: number) => string,
): { accuracy: number; chance: number } | undefined {
  let right = 0;
  let chance = 0;
  for (const design of new Set(items.map((i) => designs[i]!))) {
    const own = items.filter((i) => designs[i] === design);
    const others = items.filter((i) => designs[i] !== design);
    if (others.length === 0) return undefined;
    const { indices } = nearestNeighbours(selectRows(features, own), selectRows(features, others), 1);
    own.forEach((i, at) => {
      if (classOf(others[indices[at]!]!) === classOf(i)) right++;
      chance += others.filter((j) => classOf(j) === classOf(i)).length / others.length;
    });
  }
  return { accuracy: round(right / items.length), chance: round(chance / items.length) };
}

/** To four decimals. */
const round = (x: number): number => Math.round(x * 1e4) / 1e4;
