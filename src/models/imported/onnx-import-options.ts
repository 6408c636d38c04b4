import type { ImageSize, PerChannel } from './adapt-images.ts';
import type { ImportedConfig, ImportedRole } from './imported-schema.ts';
import type { Filling } from './read-onnx.ts';

/** What a person says about a model in ONNX or of TensorFlow.js. */
export interface OnnxImportOptions {
  readonly role: ImportedRole;
  /** Autoencoders: file of the encoder, where it is a file of its own. */
  readonly encoder?: string;
  /** Names of values inside the file to take in place of its first output, its code, or the encoder's log-variance. */
  readonly output?: string;
  readonly code?: string;
  readonly logVariance?: string;
  /** The input that the role feeds, where there are several. */
  readonly input?: string;
  readonly image?: ImageSize;
  readonly context?: number;
  /** Generators: length of the latent vector, where the file leaves it open. */
  readonly latent?: number;
  readonly mean?: PerChannel;
  readonly std?: PerChannel;
  readonly outputMean?: PerChannel;
  readonly outputStd?: PerChannel;
  readonly loss?: ImportedConfig['loss'];
  readonly candidates?: number;
  readonly prior?: ImportedConfig['prior'];
  readonly fill?: Readonly<Record<string, Filling>>;
  /** Stored tensors that are no weights although the graph computes with them. */
  readonly constants?: readonly string[];
  /** Weights that no gradient reaches stay as they are, in place of an error. */
  readonly freeze?: boolean;
}
