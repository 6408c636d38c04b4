/**
 * Every error that Graft raises on purpose: a closed set of codes, each with a typed set of facts and a message
 * that says what was received, what is allowed, where, and the nearest valid choice.
 */

/** Of images that should have one size: the smallest and the largest, and the median of the shorter sides; pixels. */
export interface ImageSizes {
  readonly smallest: { readonly height: number; readonly width: number };
  readonly largest: { readonly height: number; readonly width: number };
  readonly medianSide: number;
}

/** The message of each error code. The parameter's type is the code's set of facts. */
export const messages = {
  /** A name that is not in a closed list. */
  'unknown-name': (f: { kind: string; received: string; allowed: readonly string[]; where?: string }) => {
    const near = nearest(f.received, f.allowed);
    const suggestion = near === undefined ? '' : ` Did you mean '${near}'?`;
    return `unknown ${f.kind} '${clipped(f.received)}'${at(f.where)}.${suggestion} Known: ${listed(f.allowed)}.`;
  },
  /** A value that breaks a rule. */
  'invalid-value': (f: { what: string; received: unknown; allowed: string; where?: string; hint?: string }) =>
    `${f.what} is ${show(f.received)}${at(f.where)}; allowed: ${f.allowed}.${f.hint ? ` ${f.hint}` : ''}`,
  /** A command line lacks something. */
  'missing-argument': (f: { command: string; argument: string; meaning: string }) =>
    `${f.command} needs ${f.argument}: ${f.meaning}.`,
  /** Tensor shapes that do not fit an operation. */
  'shape-mismatch': (f: {
    op: string;
    shapes: readonly (readonly unknown[])[];
    rule: string;
    where?: string;
  }) =>
    `${f.op}: shapes ${f.shapes.map((s) => `[${s.join(', ')}]`).join(' and ')} do not fit${at(f.where)}; ${f.rule}.`,
  /** An operation has no rule for what was asked of it. */
  'no-rule': (f: { op: string; rule: string; hint?: string }) =>
    `${f.op} has no ${f.rule} rule.${f.hint ? ` ${f.hint}` : ''}`,
  /** A file or folder that is not there or cannot be read. */
  'file-not-found': (f: { path: string; what: string; hint?: string }) =>
    `${f.what} not found: ${f.path}.${f.hint ? ` ${f.hint}` : ''}`,
  /** A file whose content is not what its format demands. */
  'bad-file': (f: {
    path: string;
    format: string;
    problem: string;
    offset?: number | string;
    hint?: string;
  }) =>
    `${f.path} is not a valid ${f.format}${/(folder|image)$/.test(f.format) ? '' : ' file'}${f.offset === undefined ? '' : ` (at ${f.offset})`}: ${f.problem}.${f.hint ? ` ${f.hint}` : ''}`,
  /** Something that could not be had from another machine; `unreachable`: it did not answer, or could not. */
  'not-fetched': (f: { what: string; from: string; reason: string; hint?: string; unreachable?: boolean }) =>
    `${f.what} could not be fetched from ${f.from}: ${f.reason}.${f.hint ? ` ${f.hint}` : ''}`,
  /** A file that could not be written. */
  'cannot-write': (f: { path: string; reason: string; hint?: string }) =>
    `cannot write ${f.path}: ${f.reason}.${f.hint ? ` ${f.hint}` : ''}`,
  /** Data that cannot serve the purpose they were given for; `sizes`: those of images that have several. */
  'bad-data': (f: { what: string; problem: string; where?: string; hint?: string; sizes?: ImageSizes }) =>
    `${f.what}${at(f.where)}: ${f.problem}.${f.hint ? ` ${f.hint}` : ''}`,
  /** Two things that were asked for and exclude each other. */
  conflict: (f: { first: string; second: string; reason: string; where?: string }) =>
    `${f.first} and ${f.second} cannot be combined${at(f.where)}: ${f.reason}.`,
  /** Something asked for that is not possible in this form. */
  unsupported: (f: { what: string; reason: string; hint?: string }) =>
    `${f.what} is not supported: ${f.reason}.${f.hint ? ` ${f.hint}` : ''}`,
  /** A number stopped being finite during training or measuring; `flops`: what a training had cost by then. */
  'not-finite': (f: { what: string; where?: string; hint?: string; flops?: number }) =>
    `${f.what} is not finite${at(f.where)}.${f.hint ? ` ${f.hint}` : ''}`,
  /** Somebody else holds a resource. */
  'in-use': (f: { what: string; holder: string; hint?: string }) =>
    `${f.what} is in use by ${f.holder}.${f.hint ? ` ${f.hint}` : ''}`,
  /** A device that is not on this machine. */
  'no-device': (f: { device: string; looked: string; found: readonly string[] }) =>
    `device '${f.device}' is not available: looked for ${f.looked}; this machine has: ${f.found.join(', ')}.`,
  /** The machine ran out of something. */
  'out-of-resource': (f: { resource: string; needed: string; available: string; hint?: string }) =>
    `not enough ${f.resource}: needs ${f.needed}, there is ${f.available}.${f.hint ? ` ${f.hint}` : ''}`,
  /** A process that Graft started and that ended by itself. */
  'process-died': (f: { what: string; how: string; output: string }) =>
    `${f.what} ended unexpectedly (${f.how}).${f.output ? ` Its last output: ${f.output}` : ' It wrote nothing.'}`,
  /** A step of a plan that failed, where nothing can be done without it. */
  'step-failed': (f: { label: string; reason: string }) => `'${f.label}' failed: ${f.reason}`,
  /** Stopped by the person or by a signal. */
  interrupted: (f: { what: string }) => `${f.what} was interrupted.`,
} as const;

/** A closed set of error codes; `docs/reference.md` lists them with what each is for. */
export type ErrorCode = keyof typeof messages;
/** What is known about an error of code `C`. */
export type Facts<C extends ErrorCode> = Parameters<(typeof messages)[C]>[0];

/** The one error class: a code, typed facts, and a message made from them. */
export class GraftError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'GraftError';
  readonly code: C;
  readonly facts: Facts<C>;

  constructor(code: C, facts: Facts<C>, options?: { cause?: unknown }) {
    super((messages[code] as (f: Facts<C>) => string)(facts), options);
    this.code = code;
    this.facts = facts;
  }
}

/** True when `error` is a GraftError, of the given code if one is given. */
export function isGraftError<C extends ErrorCode>(error: unknown, code?: C): error is GraftError<C> {
  return error instanceof GraftError && (code === undefined || error.code === code);
}

/** The entry of `allowed` with the smallest edit distance to `received`, if it is near enough to be a slip. */
export function nearest(received: string, allowed: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(received.length / 2)) + 1;
  for (const candidate of allowed) {
    const distance = editDistance(received.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Returns `table[name]`, or fails with the nearest known name. */
export function lookUp<T>(kind: string, table: Readonly<Record<string, T>>, name: string, where?: string): T {
  if (Object.hasOwn(table, name)) return table[name] as T;
  throw new GraftError('unknown-name', {
    kind,
    received: name,
    allowed: Object.keys(table),
    ...(where === undefined ? {} : { where }),
  });
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Names in a message at most. */
const MOST_NAMES = 60;

/** The names, or the first of them and how many more there are. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - MOST_NAMES;
  return more <= 0 ? names.join(', ') : `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more`;
}

function at(where: string | undefined): string {
  return where === undefined ? '' : ` (${where})`;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `'${clipped(value)}'`;
  return typeof value === 'number' ? String(value) : clipped(JSON.stringify(value) ?? String(value));
}

/** Text out of a file as a message may have it: long text cut. */
const clipped = (text: string): string => (text.length > 120 ? `${text.slice(0, 117)}...` : text);

/** Fails with `interrupted` where a signal was given and has been aborted: asked between parts of long work. */
export function throwIfInterrupted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new GraftError('interrupted', { what });
}
