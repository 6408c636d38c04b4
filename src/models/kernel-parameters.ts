import { fanIn, type ParameterSpec } from '../tensor/parameters.ts';

/**
 * Kernel [a, b, side, side] and bias of a layer of its own; the start follows PyTorch's fan in, which is the second axis times
 * the kernel's area, also where the convolution is transposed.
 */
export function kernelParameters(
  layer: string,
  [a, b]: readonly [number, number],
  side: number,
  bias: number,
): ParameterSpec[] {
  const initial = fanIn(b * side * side);
  return [
    { name: `${layer}/weight`, shape: [a, b, side, side], layer, decay: true, initial },
    { name: `${layer}/bias`, shape: [bias], layer, decay: false, initial },
  ];
}
