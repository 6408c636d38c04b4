/** How many run at once: decoding takes place on the threads of Node's pool, of which there are four. */
const atOnce = 4;

/** Maps items through an asynchronous function, a few at a time; what became of each stands in the order of the items. */
export async function settleInOrder<T, R>(
  items: readonly T[],
  map: (item: T, index: number) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const outcomes: PromiseSettledResult<R>[] = [];
  for (let start = 0; start < items.length; start += atOnce) {
    const chunk = items.slice(start, start + atOnce);
    outcomes.push(...(await Promise.allSettled(chunk.map((item, i) => map(item, start + i)))));
  }
  return outcomes;
}
