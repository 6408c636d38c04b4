import { expect, test } from 'vitest';
import { stream } from '../../random.ts';
import { input } from '../../tensor/build.ts';
import { add, mul, sub } from '../../tensor/functions/elementwise.ts';
import { matmul } from '../../tensor/functions/linear.ts';
import { mean } from '../../tensor/functions/reduction.ts';
import { gradients } from '../../tensor/gradient.ts';
import type { ParameterSpec } from '../../tensor/parameters.ts';
import { program } from '../../tensor/program.ts';
import { sizeOf } from '../../tensor/shape.ts';
import { compile } from '../compile.ts';
import { createOptimiser, slotsOf } from './create-optimiser.ts';
import { createParameterArena } from './parameter-arena.ts';

test('a compiled program reads parameters and writes gradients in the arena, without copies', async () => {
  const [rows, width, outputs] = [64, 3, 5];
  const zero = { draw: 'constant', value: 0 } as const;
  const parameters: ParameterSpec[] = [
    { name: 'bias', shape: [outputs], layer: 'line', decay: false, initial: zero },
    { name: 'weight', shape: [width, outputs], layer: 'line', decay: true, initial: zero },
  ];
  const [bias, weight] = parameters.map(({ name, shape }) => input(name, shape));
  const [x, y] = [input('x', [rows, width]), input('y', [rows, outputs])];
  const error = sub(add(matmul(x, weight!), bias!), y);
  const loss = mean(mul(error, error));
  const [biasGradient, weightGradient] = gradients(loss, [bias!, weight!]);
  const executable = await compile(
    program({ loss, 'gradient/bias': biasGradient!, 'gradient/weight': weightGradient! }),
  );

  const draws = stream(5);
  const truth = draws.child('truth').normals(width * outputs) as Float64Array;
  const data = draws.child('x').normals(rows * width, new Float32Array(rows * width)) as Float32Array;
  const targets = Float32Array.from({ length: rows * outputs }, (_, i) => {
    const [row, column] = [Math.floor(i / outputs), i % outputs];
    let sum = column;
    for (let k = 0; k < width; k++) sum += data[row * width + k]! * truth[k * outputs + column]!;
    return sum;
  });

  const segments = parameters.map(({ name, shape, layer, decay }) => ({
    name,
    length: sizeOf(shape),
    group: layer,
    decay,
  }));
  const arena = createParameterArena(segments, { slots: slotsOf('adam') });
  const optimiser = createOptimiser('adam', arena);
  const gradientViews = Object.entries(arena.views('gradient'));
  const bound = executable.bind(
    { x: data, y: targets, ...arena.views('parameters') },
    Object.fromEntries(gradientViews.map(([name, view]) => [`gradient/${name}`, view])),
  );
  for (let step = 0; step < 400; step++) {
    await bound.run();
    optimiser.step(0.05);
  }
  await executable.dispose();
  expect(bound.outputs.loss![0]).toBeLessThan(1e-6);
  arena.segment('bias').forEach((b, column) => {
    expect(b).toBeCloseTo(column, 2);
  });
  arena.segment('weight').forEach((w, i) => {
    expect(w).toBeCloseTo(truth[i]!, 2);
  });
});
