import { expect, test } from 'vitest';
import { stream } from '../random.ts';
import { evaluateTensors } from '../tensor/evaluate.ts';
import { buildStep } from '../training/step-program.ts';
import { createContext, inputNames } from './context.ts';
import { createGan, type GanConfig } from './gan.ts';
import { freshWeights, weightFeeds } from './weights.ts';

const config: GanConfig = {
  image: [1, 8, 8],
  latent: 3,
  generatorChannels: [4, 3],
  discriminatorChannels: [2, 3],
};

test('an objective without bounds needs a penalty or spectral norms, and sides must halve', () => {
  const bare = { ...config, objective: 'wasserstein', spectralNorm: false } as const;
  expect(() => createGan(bare)).toThrow('nothing would keep the outputs of the discriminator finite');
  expect(() => createGan({ ...bare, gradientPenalty: 10 })).not.toThrow();
  expect(() => createGan({ ...config, image: [1, 6, 8] })).toThrow('one to 1 entries for images of 6x8');
  expect(() => createGan({ ...config, conditional: true })).toThrow('classes of a conditional model');
});

test('players have their own optimisers, rates, repeats and averages', () => {
  const [judging, making] = createGan({
    ...config,
    discriminatorSteps: 5,
    discriminatorRate: 4,
    discriminatorOptimiser: { name: 'sgd', momentum: 0.9 },
    average: 0,
  }).players;
  expect(judging).toMatchObject({
    name: 'discriminator',
    repeats: 5,
    rate: 4,
    optimiser: { name: 'sgd', momentum: 0.9 },
    average: 'none',
  });
  expect(making).toMatchObject({
    name: 'generator',
    optimiser: { name: 'adam', beta1: 0, beta2: 0.9 },
  });
  expect(making!.average).toBeUndefined();
  expect(createGan(config).players[1]!.average).toEqual({ decay: 0.999, warmUp: true });
});

test('each player writes the state of its own layers, and of those that are trained alone', () => {
  const gan = createGan(config);
  const written = (player: number, layers: readonly string[]) =>
    buildStep(gan, gan.players[player]!, new Set(layers), 4).writesState;
  const left = ['discriminator/0', 'discriminator/1', 'discriminator/output'].map((l) => `${l}/weight/left`);
  expect(written(0, gan.layers)).toEqual(left);
  expect(written(0, ['discriminator/output', 'generator/output'])).toEqual([left[2]]);
  expect(written(1, gan.layers)).toEqual(
    ['generator/0', 'generator/1'].flatMap((layer) => [`${layer}/mean`, `${layer}/variance`]),
  );
  expect(written(1, ['discriminator/output', 'generator/output'])).toEqual([]);
});

test('real and generated examples are judged alike, beside each other or apart', () => {
  // Without batch statistics and spectral norms training and evaluation compute the same.
  const gan = createGan({ ...config, normalisation: 'none', spectralNorm: false });
  const costs = [new Set<string>(), new Set(gan.layers)].map((training) => {
    const context = createContext(gan, { batchSize: 3, training });
    const { cost } = gan.players[0]!.objective(context);
    return evaluateTensors([cost], {
      ...weightFeeds(freshWeights(gan, stream(1))),
      [inputNames.field('x')]: stream(2).uniforms(3 * 64),
      [inputNames.noise('z')]: stream(3).normals(9),
    })[0]!.data;
  });
  costs[0]!.forEach((value, i) => {
    expect(costs[1]![i]).toBeCloseTo(value, 10);
  });
});
