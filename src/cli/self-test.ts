import { compile } from '../engine/compile.ts';
import type { Device } from '../engine/device.ts';
import { stream } from '../random.ts';
import { input } from '../tensor/build.ts';
import { evaluate } from '../tensor/evaluate.ts';
import { reshape } from '../tensor/functions/arrangement.ts';
import { gelu, mul, relu } from '../tensor/functions/elementwise.ts';
import { attention, conv, linear, matmul } from '../tensor/functions/linear.ts';
import { softmax } from '../tensor/functions/loss.ts';
import { layerNorm } from '../tensor/functions/normalisation.ts';
import { sum } from '../tensor/functions/reduction.ts';
import { gradients } from '../tensor/gradient.ts';
import { type Program, program } from '../tensor/program.ts';
import { sizeOf } from '../tensor/shape.ts';

/** How the engine agrees with the reference evaluator on a small program. */
export interface SelfTest {
  /** Values compared, and the largest |difference| / (1e-5 + 1e-4 |reference|): up to 1 is agreement. */
  readonly values: number;
  readonly worst: number;
  readonly milliseconds: number;
}

/** A convolution, a layer norm, attention and a linear layer, with the gradients of all parameters. */
function testProgram(): Program {
  const image = input('image', [2, 3, 8, 8]);
  const kernel = input('kernel', [16, 3, 3, 3]);
  const weight = input('weight', [10, 16]);
  const scale = input('scale', [16]);
  const shift = input('shift', [16]);
  const h = relu(conv(image, kernel, undefined, { stride: 2, padding: 1 }));
  const tokens = layerNorm(reshape(h, [2, 16, 16]), scale, shift);
  const seen = attention(tokens, tokens, tokens).output;
  const classes = softmax(linear(gelu(matmul(seen, tokens, { transposeB: true })), weight));
  const loss = sum(mul(classes, classes));
  const [k, w, s, b] = gradients(loss, [kernel, weight, scale, shift]);
  return program({ loss, 'd/kernel': k!, 'd/weight': w!, 'd/scale': s!, 'd/shift': b! });
}

/** Runs a small program forward and backward on a device and compares it with the reference evaluation in float64. */
export async function selfTest(device: Device, now: () => number): Promise<SelfTest> {
  const p = testProgram();
  const draws = stream(1);
  const feeds = Object.fromEntries(
    p.inputs.map(({ attributes: { name, shape } }) => [
      name,
      Float32Array.from(draws.child(name).normals(sizeOf(shape as number[])), (v) => 0.4 * v),
    ]),
  );
  const expected = evaluate(p, feeds);
  const before = now();
  const executable = await compile(p, { device });
  try {
    const outputs = await executable.run(feeds);
    let [values, worst] = [0, 0];
    for (const [name, { data }] of Object.entries(expected))
      data.forEach((value, i) => {
        const difference = Math.abs(outputs[name]![i]! - value) / (1e-5 + 1e-4 * Math.abs(value));
        // A comparison with NaN is false: it must not pass for agreement.
        worst =
          difference <= worst ? worst : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
        values++;
      });
    return { values, worst, milliseconds: now() - before };
  } finally {
    await executable.dispose();
  }
}
