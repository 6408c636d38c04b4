import { GraftError } from '../errors.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs what turns a command line into a study. Where an error names a place in that study, which nobody wrote, it names
 * the argument that the place comes from instead. `places`: key of the study -> argument.
 */
export async function namingArguments<T>(
  places: Readonly<Record<string, string>>,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof GraftError) throw renamed(error, places);
    if (error instanceof UsageError) throw new UsageError(renamed(error.reason, places), error.command);
    throw error;
  }
}

function renamed(error: GraftError, places: Readonly<Record<string, string>>): GraftError {
  const { where } = error.facts as { readonly where?: string };
  const argument = where === undefined ? undefined : argumentAt(where, places);
  if (argument === undefined) return error;
  return new GraftError(error.code, { ...error.facts, where: argument } as never, { cause: error });
}

/** 'models.0: latent' -> 'my-vae: latent' for { models: 'my-vae' }. */
function argumentAt(where: string, places: Readonly<Record<string, string>>): string | undefined {
  const key = where.replace(/^command line(: |$)/, '');
  const found = Object.keys(places).find(
    (place) => key === place || (/^[.:]/.test(key.slice(place.length)) && key.startsWith(place)),
  );
  if (found === undefined) return undefined;
  // The index of a list of which the argument gives one entry, or names all, says nothing to whoever typed it.
  const rest = key
    .slice(found.length)
    .replace(/^\.\d+/, '')
    .replace(/^[.:] */, ': ');
  return `${places[found]}${rest}`;
}
