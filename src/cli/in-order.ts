/** Handles items one after the other, each when the one before is through. */
export interface InOrder<T> {
  push(item: T): void;
  /** Waits until all that was pushed is handled; fails with the first error that handling met. */
  done(): Promise<void>;
}

/**
 * A queue for items whose handling may take a moment. An item whose handling fails keeps no other from being handled;
 * its error waits for `done`, so that nobody has to wait for it while it happens.
 */
export function inOrder<T>(handle: (item: T) => void | Promise<void>): InOrder<T> {
  let first: { readonly error: unknown } | undefined;
  let chain: Promise<void> = Promise.resolve();
  return {
    push(item) {
      chain = chain
        .then(() => handle(item))
        .catch((error: unknown) => {
          first ??= { error };
        });
    },
    async done() {
      await chain;
      if (first !== undefined) throw first.error;
    },
  };
}
