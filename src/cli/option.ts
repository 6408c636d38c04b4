/**
 * Options of a command as data: parser, help and documentation all come from this table.
 *
 * `flag` is on or off; `text` and `number` take one value; `choice` one of a few words; `list` any number of values up
 * to the next option or `key=value`.
 */
export type OptionSpec =
  | { readonly kind: 'flag'; readonly short?: string; readonly summary: string }
  | {
      readonly kind: 'text';
      readonly short?: string;
      /** Placeholder of the value: FILE. */
      readonly value: string;
      readonly summary: string;
      readonly fallback?: string;
    }
  | {
      readonly kind: 'number';
      readonly short?: string;
      readonly value: string;
      readonly summary: string;
      readonly fallback?: number;
      /** Smallest allowed; whole numbers only where `whole` is set. */
      readonly least?: number;
      readonly whole?: boolean;
    }
  | {
      readonly kind: 'choice';
      readonly short?: string;
      readonly choices: readonly string[];
      readonly summary: string;
      readonly fallback?: string;
    }
  | { readonly kind: 'list'; readonly short?: string; readonly value: string; readonly summary: string };

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S extends { kind: 'flag' }
  ? boolean
  : S extends { kind: 'list' }
    ? readonly string[]
    : S extends { kind: 'number' }
      ? S extends { fallback: number }
        ? number
        : number | undefined
      : S extends { kind: 'choice'; choices: readonly (infer C)[] }
        ? S extends { fallback: string }
          ? C
          : C | undefined
        : S extends { fallback: string }
          ? string
          : string | undefined;

/** What a command gets for its option table. */
export type OptionValues<O extends OptionTable> = { readonly [N in keyof O]: ValueOf<O[N]> };

/** How an option is written: `--out FILE`. */
export function optionForm(name: string, spec: OptionSpec): string {
  const long = spec.short === undefined ? `--${name}` : `-${spec.short}, --${name}`;
  if (spec.kind === 'flag') return long;
  if (spec.kind === 'choice') return `${long} ${spec.choices.join('|')}`;
  return spec.kind === 'list' ? `${long} ${spec.value} ...` : `${long} ${spec.value}`;
}
