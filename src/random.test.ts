import { describe, expect, test } from 'vitest';
import { stream, threefry } from './random.ts';

describe('threefry', () => {
  test('equals the known answers of Random123 for 20 rounds', () => {
    const out = new Uint32Array(2);
    threefry(0, 0, 0, 0, out, 0);
    expect([...out]).toEqual([0x6b200159, 0x99ba4efe]);
    threefry(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, out, 0);
    expect([...out]).toEqual([0x1cb996fc, 0xbb002be7]);
    threefry(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, out, 0);
    expect([...out]).toEqual([0xc4923a9c, 0x483df7a0]);
  });
});

describe('stream', () => {
  test('the same path gives the same numbers, another path others', () => {
    const a = stream(1).child('init').child('w').normals(10);
    expect(stream(1).child('init').child('w').normals(10)).toEqual(a);
    expect(stream(1).child('init').child('v').normals(10)).not.toEqual(a);
    expect(stream(2).child('init').child('w').normals(10)).not.toEqual(a);
  });

  test('a longer draw starts with the shorter one', () => {
    const s = stream(7);
    expect([...s.normals(100)].slice(0, 7)).toEqual([...s.normals(7)]);
  });

  test('moments of normals and uniforms', () => {
    const n = 200_000;
    const z = stream(3).normals(n);
    const u = stream(4).uniforms(n);
    const mean = (x: ArrayLike<number>, f: (v: number) => number) => {
      let sum = 0;
      for (let i = 0; i < x.length; i++) sum += f(x[i]!);
      return sum / x.length;
    };
    // Five standard errors of each moment.
    expect(Math.abs(mean(z, (v) => v))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean(z, (v) => v * v) - 1)).toBeLessThan((5 * Math.sqrt(2)) / Math.sqrt(n));
    expect(Math.abs(mean(z, (v) => v ** 4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(n));
    expect(Math.abs(mean(u, (v) => v) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(u.every((v) => v >= 0 && v < 1)).toBe(true);
  });

  test('a permutation holds every index once', () => {
    const order = stream(5).permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...order]).not.toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });
});
