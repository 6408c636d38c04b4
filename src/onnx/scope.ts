import type { Value } from './import-rules/value.ts';

/** The names of a graph that stand for a value, those of the graphs around it included. */
export class Scope {
  private readonly values = new Map<string, Value>();
  private readonly outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.outer = outer;
  }

  set(name: string, value: Value): void {
    if (name !== '') this.values.set(name, value);
  }

  get(name: string): Value | undefined {
    return this.values.get(name) ?? this.outer?.get(name);
  }
}
