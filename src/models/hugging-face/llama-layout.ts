import { z } from 'zod';
import { GraftError } from '../../errors.ts';
import { type LlamaConfig, llamaSchema } from '../llama.ts';
import type { RotaryScaling } from '../rotary.ts';
import { count, markFields, readFields, refuse } from './config-fields.ts';
import type { HuggingFaceLayout } from './layout.ts';

const scaling = z
  .looseObject({
    rope_type: z.string().optional(),
    type: z.string().optional(),
    rope_theta: z.number().positive().optional(),
    factor: z.number().positive().optional(),
    low_freq_factor: z.number().positive().optional(),
    high_freq_factor: z.number().positive().optional(),
    original_max_position_embeddings: count.optional(),
  })
  .nullish();

const shape = {
  model_type: z.string(),
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.string().default('silu'),
  max_position_embeddings: count.default(2048),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: scaling,
  rope_parameters: scaling,
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  attention_dropout: z.number().min(0).lt(1).nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.int().min(0).nullish(),
  layer_types: z.array(z.string()).nullish(),
  partial_rotary_factor: z.number().nullish(),
};

type Fields = z.output<z.ZodObject<typeof shape>>;

/**
 * Llama, Mistral and Qwen2 as `transformers` keeps them. A Mistral is a Llama whose tokens see a window; a Qwen2 one
 * whose queries, keys and values have a bias.
 */
export const llamaLayout: HuggingFaceLayout = {
  modelTypes: ['llama', 'mistral', 'qwen2'],
  prefix: 'model.',
  derived: /rotary_emb\.inv_freq$/,
  readConfig(config, path) {
    const f = readFields(shape, config, path);
    if (f.hidden_act !== 'silu') refuse(config, path, 'hidden_act', "'silu'");
    if ((f.partial_rotary_factor ?? 1) !== 1) refuse(config, path, 'partial_rotary_factor', '1');
    const rotary = readRotary(f, path);
    const window = readWindow(f, config, path);
    return {
      vocabulary: f.vocab_size,
      context: f.max_position_embeddings,
      layers: f.num_hidden_layers,
      heads: f.num_attention_heads,
      // Mistral's configuration class has 8 where a file says nothing.
      keyHeads: f.num_key_value_heads ?? (f.model_type === 'mistral' ? 8 : f.num_attention_heads),
      width: f.hidden_size,
      ...(f.head_dim == null || f.head_dim === f.hidden_size / f.num_attention_heads
        ? {}
        : { headWidth: f.head_dim }),
      hidden: f.intermediate_size,
      epsilon: f.rms_norm_eps,
      ...rotary,
      attentionBias: f.model_type === 'qwen2' ? 'qkv' : f.attention_bias ? 'all' : 'none',
      mlpBias: f.mlp_bias ?? false,
      ...window,
      tied: f.tie_word_embeddings ?? false,
      attentionDropout: f.attention_dropout ?? 0,
    };
  },
  writeConfig(model, marks) {
    const c = llamaSchema.parse(model.config);
    const type = modelType(c);
    const heads = c.heads;
    return {
      architectures: [
        { llama: 'LlamaForCausalLM', mistral: 'MistralForCausalLM', qwen2: 'Qwen2ForCausalLM' }[type],
      ],
      model_type: type,
      vocab_size: c.vocabulary,
      hidden_size: c.width,
      intermediate_size: model.parameters.find(({ name }) => name === 'block/0/mlp/up/weight')!.shape[0],
      num_hidden_layers: c.layers,
      num_attention_heads: heads,
      num_key_value_heads: c.keyHeads ?? heads,
      head_dim: c.headWidth ?? c.width / heads,
      hidden_act: 'silu',
      max_position_embeddings: c.positions ?? c.context,
      rms_norm_eps: c.epsilon,
      rope_theta: c.base,
      rope_scaling: writeScaling(c.scaling),
      ...(type === 'llama' ? { attention_bias: c.attentionBias === 'all', mlp_bias: c.mlpBias } : {}),
      ...(type === 'mistral' ? { sliding_window: c.window } : {}),
      ...(type === 'qwen2'
        ? {
            use_sliding_window: c.window !== undefined,
            sliding_window: c.window ?? null,
            max_window_layers: c.windowFrom,
          }
        : {}),
      attention_dropout: c.attentionDropout,
      tie_word_embeddings: c.tied,
      torch_dtype: 'float32',
      use_cache: true,
      ...markFields(marks),
    };
  },
  tensors: (model) =>
    model.parameters.map(({ name }) => ({ name: fileName(name), parameters: [name], transposed: false })),
};

const parts: Readonly<Record<string, string>> = {
  'attention/norm/scale': 'input_layernorm.weight',
  'mlp/norm/scale': 'post_attention_layernorm.weight',
};
const layersOf: Readonly<Record<string, string>> = {
  'attention/query': 'self_attn.q_proj',
  'attention/key': 'self_attn.k_proj',
  'attention/value': 'self_attn.v_proj',
  'attention/output': 'self_attn.o_proj',
  'mlp/gate': 'mlp.gate_proj',
  'mlp/up': 'mlp.up_proj',
  'mlp/down': 'mlp.down_proj',
};

function fileName(parameter: string): string {
  if (parameter === 'embedding/token') return 'model.embed_tokens.weight';
  if (parameter === 'output/norm/scale') return 'model.norm.weight';
  if (parameter === 'output/weight') return 'lm_head.weight';
  const [, block, rest] = /^block\/(\d+)\/(.+)$/.exec(parameter) as unknown as [string, string, string];
  const [, layer, kind] = /^(.+)\/(\w+)$/.exec(rest) as unknown as [string, string, string];
  return `model.layers.${block}.${parts[rest] ?? `${layersOf[layer]}.${kind}`}`;
}

function readRotary(f: Fields, path: string): Pick<LlamaConfig, 'base' | 'scaling'> {
  const given = f.rope_parameters ?? f.rope_scaling;
  const base = f.rope_parameters?.rope_theta ?? f.rope_theta ?? 10_000;
  const type = given?.rope_type ?? given?.type ?? 'default';
  if (given == null || type === 'default') return { base };
  const { factor, low_freq_factor: low, high_freq_factor: high } = given;
  const original = given.original_max_position_embeddings;
  if (type === 'linear' && factor !== undefined) return { base, scaling: { kind: 'linear', factor } };
  if (
    type === 'llama3' &&
    factor !== undefined &&
    low !== undefined &&
    high !== undefined &&
    original !== undefined
  )
    return {
      base,
      scaling: { kind: 'llama3', factor, lowFrequency: low, highFrequency: high, originalContext: original },
    };
  throw new GraftError('unsupported', {
    what: `the scaling of rotary positions in ${path}`,
    reason: `it is ${JSON.stringify(given).slice(0, 300)}; 'linear' with a factor and 'llama3' with its four numbers can be computed`,
  });
}

function writeScaling(given: RotaryScaling | undefined): Record<string, unknown> | null {
  if (given === undefined) return null;
  if (given.kind === 'linear') return { rope_type: 'linear', factor: given.factor };
  return {
    rope_type: 'llama3',
    factor: given.factor,
    low_freq_factor: given.lowFrequency,
    high_freq_factor: given.highFrequency,
    original_max_position_embeddings: given.originalContext,
  };
}

/** The window of attention, where there is one. */
function readWindow(
  f: Fields,
  config: Readonly<Record<string, unknown>>,
  path: string,
): Pick<LlamaConfig, 'window' | 'windowFrom'> {
  const types = f.layer_types ?? undefined;
  if (types?.some((type) => type !== 'full_attention' && type !== 'sliding_attention'))
    refuse(config, path, 'layer_types', "'full_attention' and 'sliding_attention'");
  const used = f.model_type === 'mistral' || f.use_sliding_window === true;
  const size = used ? (f.sliding_window ?? undefined) : undefined;
  if (size === undefined || f.model_type === 'llama') return {};
  const from =
    types === undefined
      ? f.model_type === 'qwen2'
        ? (f.max_window_layers ?? 28)
        : 0
      : types.indexOf('sliding_attention');
  if (from < 0) return {};
  if (types?.slice(from).includes('full_attention'))
    refuse(config, path, 'layer_types', 'a window in all blocks from one on');
  return { window: size, ...(from === 0 ? {} : { windowFrom: from }) };
}

function modelType(c: z.output<typeof llamaSchema>): 'llama' | 'mistral' | 'qwen2' {
  const type = c.attentionBias === 'qkv' ? 'qwen2' : c.window === undefined ? 'llama' : 'mistral';
  const odd =
    (type !== 'llama' && c.mlpBias) ||
    (type === 'mistral' && (c.attentionBias !== 'none' || c.windowFrom !== 0));
  if (!odd) return type;
  throw new GraftError('unsupported', {
    what: 'this combination of biases and window in a Llama-type checkpoint',
    reason: "it is none of the models that 'transformers' has (Llama, Mistral, Qwen2)",
  });
}
