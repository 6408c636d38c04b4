import type { Expression, Kernel } from './kernel.ts';
import { arithmetic, type Code, FunctionBuilder, wasm, whileLoop } from './wasm-module.ts';

/**
 * A kernel as a WebAssembly module. Its function `run` takes the number of elements, the address of the first
 * element of each vector and the scalars; it computes four elements at a time and the last up to three singly.
 */
export function encodeKernel(kernel: Kernel): Uint8Array {
  const builder = new FunctionBuilder();
  const count = builder.parameter('i32');
  const addresses = new Map(kernel.vectors.map((name) => [name, builder.parameter('i32')]));
  const scalars = new Map(kernel.scalars.map((name) => [name, builder.parameter('f32')]));

  // Values that are the same for all elements are spread over four lanes once, before the loop.
  const spread = new Map(kernel.scalars.map((name) => [name, builder.local('v128')]));
  const constants = new Map<Expression, number>();
  const used = [
    ...kernel.operations.flatMap((operation) => operation.operands),
    ...kernel.writes.map((w) => w.value),
  ];
  for (const operand of used)
    if (operand.kind === 'constant' && !constants.has(operand)) constants.set(operand, builder.local('v128'));
  const prologue: Code = [
    ...kernel.scalars.map((name) => [
      wasm.localGet(scalars.get(name)!),
      wasm.f32x4Splat,
      wasm.localSet(spread.get(name)!),
    ]),
    ...[...constants].map(([expression, local]) => [
      singleConstant(expression),
      wasm.f32x4Splat,
      wasm.localSet(local),
    ]),
  ];

  /** The formula for the element at each address, or for it and the next three. */
  const compute = (width: 'single' | 'four'): Code => {
    const four = width === 'four';
    const fresh = () => builder.local(four ? 'v128' : 'f32');
    const loaded = new Map(kernel.vectors.map((name) => [name, fresh()]));
    const results = new Map<Expression, number>(kernel.operations.map((operation) => [operation, fresh()]));
    const value = (expression: Expression): Code => {
      if (expression.kind === 'vector') return wasm.localGet(loaded.get(expression.name)!);
      if (expression.kind === 'scalar') return wasm.localGet((four ? spread : scalars).get(expression.name)!);
      if (expression.kind === 'constant')
        return four ? wasm.localGet(constants.get(expression)!) : singleConstant(expression);
      return wasm.localGet(results.get(expression)!);
    };
    return [
      ...kernel.vectors.map((name) => [
        wasm.localGet(addresses.get(name)!),
        four ? wasm.v128Load : wasm.f32Load,
        wasm.localSet(loaded.get(name)!),
      ]),
      ...kernel.operations.map((operation) => [
        ...operation.operands.map(value),
        arithmetic[operation.operator][width],
        wasm.localSet(results.get(operation)!),
      ]),
      ...kernel.writes.map((write) => [
        wasm.localGet(addresses.get(write.vector)!),
        value(write.value),
        four ? wasm.v128Store : wasm.f32Store,
      ]),
    ];
  };
  const pass = (elements: number, body: Code): Code =>
    whileLoop(
      [wasm.localGet(count), wasm.i32Const(elements), wasm.i32GeU],
      [
        body,
        ...[...addresses.values()].map((address) => advance(address, 4 * elements)),
        advance(count, -elements),
      ],
    );

  return builder.module([prologue, pass(4, compute('four')), pass(1, compute('single'))]);
}

function advance(local: number, by: number): Code {
  return [wasm.localGet(local), wasm.i32Const(by), wasm.i32Add, wasm.localSet(local)];
}

function singleConstant(expression: Expression): Code {
  return wasm.f32Const(expression.kind === 'constant' ? expression.value : Number.NaN);
}
