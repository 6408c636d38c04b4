import { z } from 'zod';
import { gpt2Schema } from '../gpt2.ts';
import { count, markFields, readFields, refuse } from './config-fields.ts';
import type { FileTensor, HuggingFaceLayout } from './layout.ts';

const share = z.number().min(0).lt(1).default(0.1);

const shape = {
  vocab_size: count.default(50257),
  n_positions: count.default(1024),
  n_embd: count.default(768),
  n_layer: count.default(12),
  n_head: count.default(12),
  n_inner: count.nullish(),
  activation_function: z.string().default('gelu_new'),
  resid_pdrop: share,
  embd_pdrop: share,
  attn_pdrop: share,
  layer_norm_epsilon: z.number().positive().default(1e-5),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.boolean().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
};

const activations: Readonly<Record<string, 'gelu' | 'gelu-tanh'>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
};

/** GPT-2 as `transformers` keeps it: the matrices of its blocks transposed, queries, keys and values in one. */
export const gpt2Layout: HuggingFaceLayout = {
  modelTypes: ['gpt2'],
  prefix: 'transformer.',
  derived: /\.attn\.(masked_)?bias$/,
  readConfig(config, path) {
    const f = readFields(shape, config, path);
    const activation = activations[f.activation_function];
    if (activation === undefined)
      refuse(config, path, 'activation_function', Object.keys(activations).join(', '));
    if (!f.scale_attn_weights) refuse(config, path, 'scale_attn_weights', 'true');
    if (f.scale_attn_by_inverse_layer_idx) refuse(config, path, 'scale_attn_by_inverse_layer_idx', 'false');
    if (f.add_cross_attention) refuse(config, path, 'add_cross_attention', 'false');
    return {
      vocabulary: f.vocab_size,
      context: f.n_positions,
      layers: f.n_layer,
      heads: f.n_head,
      width: f.n_embd,
      ...(f.n_inner == null ? {} : { hidden: f.n_inner }),
      activation,
      epsilon: f.layer_norm_epsilon,
      tied: f.tie_word_embeddings ?? true,
      embeddingDropout: f.embd_pdrop,
      attentionDropout: f.attn_pdrop,
      residualDropout: f.resid_pdrop,
    };
  },
  writeConfig(model, marks) {
    const c = gpt2Schema.parse(model.config);
    return {
      architectures: ['GPT2LMHeadModel'],
      model_type: 'gpt2',
      vocab_size: c.vocabulary,
      n_positions: c.positions ?? c.context,
      n_embd: c.width,
      n_layer: c.layers,
      n_head: c.heads,
      n_inner: c.hidden ?? null,
      activation_function: c.activation === 'gelu' ? 'gelu' : 'gelu_new',
      resid_pdrop: c.residualDropout,
      embd_pdrop: c.embeddingDropout,
      attn_pdrop: c.attentionDropout,
      layer_norm_epsilon: c.epsilon,
      tie_word_embeddings: c.tied,
      torch_dtype: 'float32',
      use_cache: true,
      ...markFields(marks),
    };
  },
  tensors(model) {
    const { layers, tied } = gpt2Schema.parse(model.config);
    const one = (name: string, parameter: string): FileTensor => ({
      name: `transformer.${name}`,
      parameters: [parameter],
      transposed: false,
    });
    const norm = (name: string, parameter: string) => [
      one(`${name}.weight`, `${parameter}/scale`),
      one(`${name}.bias`, `${parameter}/bias`),
    ];
    const linear = (name: string, parameters: readonly string[]): FileTensor[] => [
      {
        name: `transformer.${name}.weight`,
        parameters: parameters.map((p) => `${p}/weight`),
        transposed: true,
      },
      { name: `transformer.${name}.bias`, parameters: parameters.map((p) => `${p}/bias`), transposed: false },
    ];
    return [
      one('wte.weight', 'embedding/token'),
      one('wpe.weight', 'embedding/position'),
      ...Array.from({ length: layers }, (_, i) => {
        const b = `block/${i}`;
        return [
          ...norm(`h.${i}.ln_1`, `${b}/attention/norm`),
          ...linear(
            `h.${i}.attn.c_attn`,
            ['query', 'key', 'value'].map((part) => `${b}/attention/${part}`),
          ),
          ...linear(`h.${i}.attn.c_proj`, [`${b}/attention/output`]),
          ...norm(`h.${i}.ln_2`, `${b}/mlp/norm`),
          ...linear(`h.${i}.mlp.c_fc`, [`${b}/mlp/up`]),
          ...linear(`h.${i}.mlp.c_proj`, [`${b}/mlp/down`]),
        ];
      }).flat(),
      ...norm('ln_f', 'output/norm'),
      ...(tied ? [] : [{ name: 'lm_head.weight', parameters: ['output/weight'], transposed: false }]),
    ];
  },
};
