import { isGraftError } from '../src/errors.ts';

/** The code of the error that something ends in; 'no error' where it ends well. Other errors are passed on. */
export function errorCode(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (isGraftError(error)) return error.code;
    throw error;
  }
  return 'no error';
}
