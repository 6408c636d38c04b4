import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The options of a benchmark's command line; one that cannot be read ends the program with its reason. */
export function readOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${(error as Error).message}\nWith --help the benchmark says which options it has.`);
    process.exit(2);
  }
}
