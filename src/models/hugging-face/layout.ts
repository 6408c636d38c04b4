import type { Marks } from '../../data/tokenizers/tokenizer.ts';
import type { Model } from '../model.ts';

/** A tensor of a foreign file and the parameters that it is made of. */
export interface FileTensor {
  readonly name: string;
  /** One after the other along the first axis of the parameters. */
  readonly parameters: readonly string[];
  /** Whether the file has the transpose, [in, out]. */
  readonly transposed: boolean;
}

/** How a family's models stand in folders that `transformers` reads and writes. */
export interface HuggingFaceLayout {
  /** Values of `model_type` in config.json that this family can be. */
  readonly modelTypes: readonly string[];
  /** What the names of tensors begin with; absent where only the part below the output layer was saved. */
  readonly prefix: string;
  /** Tensors that older versions wrote and that follow from the configuration. */
  readonly derived: RegExp;
  /** The family's options of a config.json. Fails with `unsupported` where the family cannot be that model. */
  readConfig(config: Readonly<Record<string, unknown>>, path: string): Record<string, unknown>;
  /** The config.json of a model. */
  writeConfig(model: Model, marks: Marks): Record<string, unknown>;
  /** Every tensor of the file. */
  tensors(model: Model): readonly FileTensor[];
}
