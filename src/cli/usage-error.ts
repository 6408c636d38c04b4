import { type ErrorCode, type Facts, GraftError } from '../errors.ts';

/** A command line that cannot be understood: the error, and the command whose help says more. */
export class UsageError extends Error {
  readonly reason: GraftError;
  readonly command: string | undefined;

  constructor(reason: GraftError, command: string | undefined) {
    super(reason.message, { cause: reason });
    this.reason = reason;
    this.command = command;
  }
}

/** The usage error of a code. */
export function usageError<C extends ErrorCode>(command: string | undefined, code: C, facts: Facts<C>) {
  return new UsageError(new GraftError(code, facts) as GraftError, command);
}

/** Runs what checks a command line; its errors are usage errors. */
export function checkingUsage<T>(command: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof GraftError) throw new UsageError(error, command);
    throw error;
  }
}
