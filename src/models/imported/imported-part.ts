import { GraftError } from '../../errors.ts';
import { BATCH, weightInputs } from '../../tensor/imported-program.ts';
import { instantiateProgram } from '../../tensor/instantiate-program.ts';
import { type ProgramJson, programFromJson } from '../../tensor/program-json.ts';
import type { Dimension } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { ModelContext } from '../model.ts';
import type { ImportedConfig } from './imported-schema.ts';
import { linearLayers } from './linear-layers.ts';

/** One part of an imported model: what it makes of its input for any number of examples. */
export interface ImportedPart {
  /** Names of its linear layers. */
  readonly linears: readonly string[];
  /** Whether the named output is a sigmoid, whose operand is then its logit. */
  readonly isSigmoid: (output: string) => boolean;
  apply(context: ModelContext, input: Tensor): Readonly<Record<string, Tensor>>;
}

/** What a part must take and give, batch axis included; `null`: any size. */
export interface PartType {
  readonly input: { readonly name: string; readonly shape: readonly Dimension[] };
  readonly outputs: Readonly<Record<string, readonly (Dimension | null)[]>>;
}

/** A part from its program, checked against what its role demands and against the model's tensors. */
export function importedPart(
  json: ProgramJson,
  what: string,
  type: PartType,
  config: ImportedConfig,
): ImportedPart {
  const p = programFromJson(json, what);
  const fail = (problem: string): never => {
    throw new GraftError('bad-data', { what: `program '${what}' of an imported model`, problem });
  };
  const parameters = new Map(config.parameters.map((w) => [weightInputs.parameter(w.name), w]));
  const state = new Map(config.state.map((w) => [weightInputs.state(w.name), w]));
  for (const { attributes } of p.inputs) {
    const { name, shape } = attributes;
    const wanted =
      name === type.input.name ? type.input.shape : (parameters.get(name)?.shape ?? state.get(name)?.shape);
    if (wanted === undefined)
      return fail(`has the input '${name}', which is neither '${type.input.name}' nor a tensor of the model`);
    if (wanted.length !== shape.length || wanted.some((d, i) => d !== shape[i]))
      return fail(
        `its input '${name}' has the shape [${shape.join(', ')}] where [${wanted.join(', ')}] is needed`,
      );
  }
  for (const [name, wanted] of Object.entries(type.outputs)) {
    const got = p.outputs[name];
    if (got === undefined) return fail(`lacks the output '${name}'`);
    if (
      got.dtype !== 'float32' ||
      got.shape.length !== wanted.length ||
      wanted.some((d, i) => d !== null && d !== got.shape[i])
    )
      return fail(
        `its output '${name}' is ${got.dtype} [${got.shape.join(', ')}] where [${wanted.map((d) => d ?? 'any').join(', ')}] is needed`,
      );
  }
  // The operand of a final sigmoid is an output as well: its cross-entropy is exact where the sigmoid saturates.
  const logits = Object.fromEntries(
    Object.entries(p.outputs).flatMap(([name, { node }]) =>
      node.op === 'sigmoid' ? [[`logit of ${name}`, node.inputs[0]!] as const] : [],
    ),
  );
  const outputs = { ...p.outputs, ...logits };
  const linears = linearLayers({ outputs }, new Set(config.parameters.map(({ name }) => name)));
  return {
    linears: [...new Set([...linears.values()].map(({ name }) => name))],
    isSigmoid: (name) => Object.hasOwn(logits, `logit of ${name}`),
    apply: (context, input) =>
      instantiateProgram(
        { outputs },
        ({ attributes: { name } }) => {
          if (name === type.input.name) return input;
          const parameter = parameters.get(name);
          return parameter === undefined
            ? context.state(state.get(name)!.name)
            : context.parameter(parameter.name);
        },
        { [BATCH]: input.shape[0]! },
        (node, _, current) => {
          const layer = linears.get(node);
          return layer === undefined ? undefined : [context.linear(layer.name, current(layer.x))];
        },
      ),
  };
}
