import type { Tensor } from '../../tensor/tensor.ts';
import type { ImportNode } from './import-node.ts';
import type { Value } from './value.ts';

/**
 * Turns one node into parts of a tensor program and returns the values of its outputs. Every dimension is a number
 * while a graph is imported; which of them follow the batch is found out afterwards.
 */
export type ImportRule = (node: ImportNode) => readonly (Tensor | Value)[];
export type ImportRules = Readonly<Record<string, ImportRule>>;
