import { evaluationBatches } from '../data/batches.ts';
import { compile } from '../engine/compile.ts';
import type { Device } from '../engine/device.ts';
import { throwIfInterrupted } from '../errors.ts';
import { createContext } from '../models/context.ts';
import { batchFeeds, type ExampleTable } from '../models/example-table.ts';
import type { Model, Player, Weights } from '../models/model.ts';
import { noiseFeeds } from '../models/noise.ts';
import { weightFeeds } from '../models/weights.ts';
import type { Stream } from '../random.ts';
import { constant } from '../tensor/build.ts';
import { expand } from '../tensor/functions/arrangement.ts';
import { optimiseProgram } from '../tensor/passes/optimise-program.ts';
import { program } from '../tensor/program.ts';
import type { Criterion } from './criterion.ts';

/**
 * Computes a player's mean cost over a table of examples, as in evaluation: the same for every batch size but for
 * rounding. Where the player limits its looks, over so many examples at equal distances.
 */
export interface LossEvaluator {
  /** Sum of costs over sum of weights. Random inputs come from the stream: one stream, one value. */
  evaluate(weights: Weights, stream: Stream): Promise<number>;
  dispose(): Promise<void>;
}

/** The mean cost of the validation examples, which is what training lowers on its own examples. */
export async function lossCriterion(
  model: Model,
  table: ExampleTable,
  options: Parameters<typeof createLossEvaluator>[3],
): Promise<Criterion> {
  const player = model.players.at(-1)!;
  const evaluator = await createLossEvaluator(model, player, table, options);
  return {
    unit: player.unit,
    isLoss: true,
    evaluate: async (weights, stream) => ({ value: await evaluator.evaluate(weights, stream) }),
    dispose: () => evaluator.dispose(),
  };
}

export async function createLossEvaluator(
  model: Model,
  player: Player,
  table: ExampleTable,
  options: { batchSize: number; threads: number; device: Device; signal?: AbortSignal },
): Promise<LossEvaluator> {
  const looked = Math.min(table.count, player.lookExamples ?? Infinity);
  const row = (i: number) => Math.floor((i * table.count) / looked);
  const batches = evaluationBatches(looked, options.batchSize);
  const size = batches[0]!.indices.length;
  const context = createContext(model, { batchSize: size });
  const { cost, weight } = player.objective(context);
  const p = optimiseProgram(program({ cost, weight: weight ?? expand(constant(1), [size]) }));
  const executable = await compile(p, options);
  const batch = batchFeeds(model.fields, size);
  const noise = noiseFeeds(context.noises);
  const names = new Set(p.inputs.map(({ attributes }) => attributes.name));
  const outputs = { cost: new Float32Array(size), weight: new Float32Array(size) };
  return {
    async evaluate(weights, stream) {
      const feeds = { ...batch.feeds, ...noise.feeds, ...weightFeeds(weights) };
      const bound = executable.bind(
        Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name))),
        outputs,
      );
      let total = 0;
      let weightTotal = 0;
      for (let b = 0; b < batches.length; b++) {
        throwIfInterrupted(options.signal, 'a look at validation');
        const { valid } = batches[b]!;
        const indices = batches[b]!.indices.map(row);
        batch.fill(table, indices);
        noise.drawFor(stream, indices);
        await bound.run();
        for (let i = 0; i < valid; i++) {
          total += outputs.cost[i]!;
          weightTotal += outputs.weight[i]!;
        }
      }
      return total / weightTotal;
    },
    dispose: () => executable.dispose(),
  };
}
