/**
 * Operators of ONNX that cannot be imported, by the reason; operators of other domains stand with their domain. The
 * reasons are sentences of docs/onnx-operators.md.
 */
export const unclaimedOperators: Readonly<Record<string, readonly string[]>> = {
  'Quantised arithmetic on 8-bit numbers; what Graft trains is float32': [
    'ConvInteger',
    'DequantizeLinear',
    'DynamicQuantizeLinear',
    'MatMulInteger',
    'QLinearConv',
    'QLinearMatMul',
    'QuantizeLinear',
  ],
  'Bits of whole numbers': ['BitShift', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor'],
  Texts: ['RegexFullMatch', 'StringConcat', 'StringNormalizer', 'StringSplit', 'TfIdfVectorizer'],
  'The output has a shape that depends on the data': ['NonMaxSuppression', 'Unique'],
  'Random numbers that the runtime draws; a program gets its randomness as inputs': [
    'Bernoulli',
    'RandomUniformLike',
  ],
  'Fourier analysis of sound': ['DFT', 'MelWeightMatrix', 'STFT'],
  'Sampling at computed positions': ['AffineGrid', 'DeformConv', 'GridSample', 'RoiAlign'],
  'Rare in generative models': ['Col2Im', 'Det', 'ImageDecoder'],
  'Sequences and optional values, which are no tensors': [
    'OptionalGetElement',
    'OptionalHasElement',
    'SequenceEmpty',
    'SequenceInsert',
    'SequenceLength',
    'SequenceMap',
    'SplitToSequence',
  ],
  'Not of the ONNX standard proper: classical machine learning and optimisers': [
    'ai.onnx.ml.ArrayFeatureExtractor',
    'ai.onnx.ml.Binarizer',
    'ai.onnx.ml.LabelEncoder',
    'ai.onnx.ml.TreeEnsemble',
    'ai.onnx.preview.training.Adagrad',
    'ai.onnx.preview.training.Adam',
    'ai.onnx.preview.training.Momentum',
  ],
};

/** Tests of operators that can be imported which are not claimed nevertheless, by the reason. */
export const unclaimedTests: Readonly<Record<string, RegExp>> = {
  'Element types that are no numbers of a program: texts, 4-bit and 8-bit floats, bfloat16 as the type of a computation':
    /^test_(cast|castlike)_.*(STRING|FLOAT8|INT4|BFLOAT16)|^test_equal_string/,
  'Sequences and optional values, which are no tensors':
    /^test_(identity_(opt|sequence)|if_(opt|seq)|loop13_seq|loop16_seq_none|(affine_grid|range|sequence_map|optional)_.*|split_to_sequence.*)$/,
  'The scan of operator set 8, whose batch axis later ones do not have': /^test_scan_sum$/,
  'Values dropped at random, which differ in each runtime': /^test_training_dropout(?!.*zero_ratio)/,
  "The test's values count positions beyond the padding as part of the window; ONNX Runtime and PyTorch do not":
    /^test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True$/,
};
