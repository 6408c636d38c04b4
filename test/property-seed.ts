import fc from 'fast-check';

/**
 * Property tests draw the same cases on every machine and day, so that a failure can be repeated and a passing commit
 * stays passing. `PROPERTY_SEED=random` draws new cases; a number draws those of that seed.
 */
const asked = process.env.PROPERTY_SEED ?? '20261124';
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) });
