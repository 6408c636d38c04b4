import { FunctionBuilder, wasm, whileLoop } from './wasm-module.ts';

/**
 * The sum of squares of the elements [0, length), in float64 and in a fixed order: element i goes to partial sum
 * i mod 8, the last up to seven to a ninth, and the partial sums are added pairwise. Equal, bit for bit, to what
 * `encodeSumOfSquares` computes.
 */
export function sumOfSquares(vector: Float32Array): number {
  const whole = vector.length - (vector.length % 8);
  const partial = new Float64Array(8);
  for (let i = 0; i < whole; i += 8)
    for (let lane = 0; lane < 8; lane++) {
      const x = vector[i + lane]!;
      partial[lane]! += x * x;
    }
  let rest = 0;
  for (let i = whole; i < vector.length; i++) rest += vector[i]! * vector[i]!;
  const [even, odd] = [0, 1].map((i) => partial[i]! + partial[i + 2]! + (partial[i + 4]! + partial[i + 6]!));
  return even! + odd! + rest;
}

/** `sumOfSquares` as a WebAssembly module: `run(count, address)` returns the sum. */
export function encodeSumOfSquares(): Uint8Array {
  const builder = new FunctionBuilder();
  const count = builder.parameter('i32');
  const address = builder.parameter('i32');
  const sums = [0, 1, 2, 3].map(() => builder.local('v128'));
  const pair = builder.local('v128');
  const single = builder.local('f64');
  const rest = builder.local('f64');
  const { localGet, localSet, i32Const } = wasm;

  const advance = (elements: number) => [
    [localGet(address), i32Const(4 * elements), wasm.i32Add, localSet(address)],
    [localGet(count), i32Const(elements), wasm.i32Sub, localSet(count)],
  ];
  const addPair = (sum: number, index: number) => [
    [localGet(address), wasm.v128Load64Zero(8 * index), wasm.f64x2PromoteLowF32x4, localSet(pair)],
    [localGet(pair), localGet(pair), wasm.f64x2Mul, localGet(sum), wasm.f64x2Add, localSet(sum)],
  ];
  const addSingle = [
    [localGet(address), wasm.f32Load, wasm.f64PromoteF32, localSet(single)],
    [localGet(single), localGet(single), wasm.f64Mul, localGet(rest), wasm.f64Add, localSet(rest)],
  ];
  const [first, second, third, fourth] = sums.map((sum) => localGet(sum));
  const total = [
    [first!, second!, wasm.f64x2Add, third!, fourth!, wasm.f64x2Add, wasm.f64x2Add, localSet(pair)],
    [localGet(pair), wasm.f64x2ExtractLane(0), localGet(pair), wasm.f64x2ExtractLane(1), wasm.f64Add],
    [localGet(rest), wasm.f64Add],
  ];
  return builder.module(
    [
      whileLoop([localGet(count), i32Const(8), wasm.i32GeU], [sums.map(addPair), advance(8)]),
      whileLoop([localGet(count)], [addSingle, advance(1)]),
      total,
    ],
    'f64',
  );
}
