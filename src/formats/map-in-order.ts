/** How many run at once: decoding takes place on the threads of Node's pool, of which there are four. */
const atOnce = 4;

/**
 * Maps items through an asynchronous function, a few at a time; results stand in the order of the items. Where several
 * fail, the error of the first of them is thrown, so that a failure does not depend on timing.
 */
export async function mapInOrder<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    const chunk = items.slice(start, start + atOnce);
    for (const outcome of await Promise.allSettled(chunk.map((item, i) => map(item, start + i)))) {
      if (outcome.status === 'rejected') throw outcome.reason;
      results.push(outcome.value);
    }
  }
  return results;
}
