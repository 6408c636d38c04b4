/** A cell in words: a value and how it spreads over seeds. */
export interface TableCell {
  readonly value: string;
  readonly spread?: string;
}

/** A table of which each row is a technique of a model: collected once, written by each format in its own way. */
export interface TechniqueTable {
  /** Columns after the model and the technique. */
  readonly head: readonly string[];
  readonly rows: readonly {
    readonly model: string;
    readonly technique: string;
    readonly cells: readonly TableCell[];
  }[];
}
