/**
 * Writes WebAssembly modules with one function over an imported memory: the few instructions that the
 * optimisers' kernels need, under the names that the WebAssembly text format has for them
 * (https://webassembly.github.io/spec/core/binary/).
 */

import type { Operator } from './kernel.ts';

/** Bytes of instructions, nested as they were put together. */
export type Code = readonly (number | Code)[];

/** Value types. */
export const types = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueType = keyof typeof types;

const memory = (offset: number, alignment: number): Code => [unsigned(alignment), unsigned(offset)];
const simd = (code: number): Code => [0xfd, unsigned(code)];

/** Instructions. Those with an argument are functions. */
export const wasm = {
  localGet: (index: number): Code => [0x20, unsigned(index)],
  localSet: (index: number): Code => [0x21, unsigned(index)],
  i32Const: (value: number): Code => [0x41, signed(value)],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32GeU: [0x4f],
  f32Load: [0x2a, memory(0, 2)],
  f32Store: [0x38, memory(0, 2)],
  f32Const: (value: number): Code => [0x43, [...new Uint8Array(new Float32Array([value]).buffer)]],
  f64Add: [0xa0],
  f64Mul: [0xa2],
  f64PromoteF32: [0xbb],
  v128Load: [simd(0), memory(0, 4)],
  v128Store: [simd(11), memory(0, 4)],
  v128Load64Zero: (offset: number): Code => [simd(93), memory(offset, 3)],
  f32x4Splat: simd(19),
  f64x2ExtractLane: (lane: number): Code => [simd(33), lane],
  f64x2PromoteLowF32x4: simd(95),
  f64x2Add: simd(240),
  f64x2Mul: simd(242),
} as const;

/** The element-wise operations of kernels on one float32 and on four. */
export const arithmetic = {
  add: { single: [0x92], four: simd(228) },
  sub: { single: [0x93], four: simd(229) },
  mul: { single: [0x94], four: simd(230) },
  div: { single: [0x95], four: simd(231) },
  max: { single: [0x97], four: simd(233) },
  sqrt: { single: [0x91], four: simd(227) },
  abs: { single: [0x8b], four: simd(224) },
} as const satisfies Record<Operator, { readonly single: Code; readonly four: Code }>;

/**
 * `body` again and again while `condition` leaves a value other than 0. It is tested before the first and after
 * each run of the body: with one jump a round instead of two, Adam's kernel was measured to take three quarters of
 * the time.
 */
export function whileLoop(condition: Code, body: Code): Code {
  const [ifThen, loop, end, branchIf, empty] = [0x04, 0x03, 0x0b, 0x0d, 0x40];
  return [condition, ifThen, empty, loop, empty, body, condition, branchIf, 0, end, end];
}

/** The function of a module under construction: its parameters and locals, in the order they were asked for. */
export class FunctionBuilder {
  readonly #parameters: ValueType[] = [];
  readonly #locals: ValueType[] = [];

  /** The index of a new parameter. All parameters come before the first local. */
  parameter(type: ValueType): number {
    return this.#parameters.push(type) - 1;
  }

  /** The index of a new local variable, initially zero. */
  local(type: ValueType): number {
    return this.#parameters.length + this.#locals.push(type) - 1;
  }

  /** A module that imports `arena.memory` and exports this function as `run`, with the given body. */
  module(body: Code, result?: ValueType): Uint8Array {
    const list = (items: readonly Code[]): Code => [unsigned(items.length), items];
    const signature: Code = [
      0x60,
      list(this.#parameters.map((type) => [types[type]])),
      list(result ? [[types[result]]] : []),
    ];
    const locals = list(this.#locals.map((type) => [1, types[type]]));
    return Uint8Array.from(
      flatten([
        [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
        section(1, list([signature])),
        section(2, list([[text('arena'), text('memory'), 0x02, 0x00, 0x00]])),
        section(3, list([[0]])),
        section(7, list([[text('run'), 0x00, 0]])),
        section(10, list([sized([locals, body, 0x0b])])),
      ]),
    );
  }
}

function section(id: number, content: Code): Code {
  return [id, sized(content)];
}

function sized(content: Code): Code {
  const bytes = flatten(content);
  return [unsigned(bytes.length), bytes];
}

function text(value: string): Code {
  return sized([...new TextEncoder().encode(value)]);
}

/** LEB128, unsigned. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** LEB128, signed. */
function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

function flatten(code: Code): number[] {
  return code.flatMap((item) => (typeof item === 'number' ? [item] : flatten(item)));
}
