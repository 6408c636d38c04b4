/**
 * Counter-based random numbers in named streams.
 *
 * A stream is a key. Its draws are a pure function of that key: asking twice gives the same numbers, and a new
 * child never shifts the draws of another. Independent draws come from different children:
 * `stream(seed).child('init').child('decoder/weight').normals(100)`.
 *
 * Generator: Threefry-2x32 with 20 rounds (Salmon et al. 2011, 'Parallel random numbers: as easy as 1, 2, 3').
 */

/** A source of random numbers that is fully determined by its key. */
export interface Stream {
  /** The stream of the given name below this one. */
  child(name: string | number): Stream;
  /** `n` uniform 32-bit integers. */
  uint32s(n: number): Uint32Array;
  /** `n` uniform numbers in [0, 1), with 32 random bits each; written to `out` when given. */
  uniforms(n: number, out?: Float32Array | Float64Array): Float32Array | Float64Array;
  /** `n` standard normal numbers (Box-Muller); written to `out` when given. */
  normals(n: number, out?: Float32Array | Float64Array): Float32Array | Float64Array;
  /** `n` uniform integers in [0, bound). */
  integers(n: number, bound: number): Int32Array;
  /** A uniformly drawn order of 0 .. n-1 (Fisher-Yates). */
  permutation(n: number): Int32Array;
}

/** The root stream of a seed (an integer of up to 53 bits). */
export function stream(seed: number): Stream {
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32) >>> 0;
  return fromKey(low, high);
}

function fromKey(k0: number, k1: number): Stream {
  const self: Stream = {
    child(name) {
      const [a, b] = hashName(String(name));
      const out = new Uint32Array(2);
      threefry(k0 ^ 0x9e3779b9, k1, a, b, out, 0);
      return fromKey(out[0]!, out[1]!);
    },
    uint32s(n) {
      const out = new Uint32Array(n + (n & 1));
      for (let i = 0; i < n; i += 2) threefry(k0, k1, i / 2, 0, out, i);
      return n & 1 ? out.subarray(0, n) : out;
    },
    uniforms(n, out = new Float64Array(n)) {
      const bits = self.uint32s(n);
      // 24 bits where the result is float32, so that no value rounds up to 1.
      if (out instanceof Float32Array) for (let i = 0; i < n; i++) out[i] = (bits[i]! >>> 8) / 2 ** 24;
      else for (let i = 0; i < n; i++) out[i] = bits[i]! / 2 ** 32;
      return out;
    },
    normals(n, out = new Float64Array(n)) {
      const bits = self.uint32s(n + (n & 1));
      for (let i = 0; i < n; i += 2) {
        const radius = Math.sqrt(-2 * Math.log((bits[i]! + 0.5) / 2 ** 32));
        const angle = (2 * Math.PI * bits[i + 1]!) / 2 ** 32;
        out[i] = radius * Math.cos(angle);
        if (i + 1 < n) out[i + 1] = radius * Math.sin(angle);
      }
      return out;
    },
    integers(n, bound) {
      const bits = self.uint32s(n);
      const out = new Int32Array(n);
      // Multiply-shift; the bias is below bound / 2^32.
      for (let i = 0; i < n; i++) out[i] = Math.floor((bits[i]! / 2 ** 32) * bound);
      return out;
    },
    permutation(n) {
      const bits = self.uint32s(n);
      const order = Int32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor((bits[i]! / 2 ** 32) * (i + 1));
        const kept = order[i]!;
        order[i] = order[j]!;
        order[j] = kept;
      }
      return order;
    },
  };
  return self;
}

/** One Threefry-2x32 block of 20 rounds: key (k0, k1), counter (c0, c1), result in `out[at]`, `out[at + 1]`. */
export function threefry(k0: number, k1: number, c0: number, c1: number, out: Uint32Array, at: number): void {
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  for (let block = 0; block < 5; block++) {
    if ((block & 1) === 0) {
      x = (x + y) | 0;
      y = ((y << 13) | (y >>> 19)) ^ x;
      x = (x + y) | 0;
      y = ((y << 15) | (y >>> 17)) ^ x;
      x = (x + y) | 0;
      y = ((y << 26) | (y >>> 6)) ^ x;
      x = (x + y) | 0;
      y = ((y << 6) | (y >>> 26)) ^ x;
    } else {
      x = (x + y) | 0;
      y = ((y << 17) | (y >>> 15)) ^ x;
      x = (x + y) | 0;
      y = ((y << 29) | (y >>> 3)) ^ x;
      x = (x + y) | 0;
      y = ((y << 16) | (y >>> 16)) ^ x;
      x = (x + y) | 0;
      y = ((y << 24) | (y >>> 8)) ^ x;
    }
    const next = block + 1;
    x = (x + (next % 3 === 0 ? k0 : next % 3 === 1 ? k1 : k2)) | 0;
    y = (y + ((next + 1) % 3 === 0 ? k0 : (next + 1) % 3 === 1 ? k1 : k2) + next) | 0;
  }
  out[at] = x;
  out[at + 1] = y;
}

/** 64 bits from a name: two 32-bit multiply-xorshift hashes with different seeds. */
function hashName(name: string): [number, number] {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a >>> 0, b >>> 0];
}
