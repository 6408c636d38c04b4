/** Messages of many senders, taken out one at a time by one receiver. */
export interface Mailbox<T> {
  post(message: T): void;
  take(): Promise<T>;
}

export function createMailbox<T>(): Mailbox<T> {
  const waiting: T[] = [];
  let receiver: ((message: T) => void) | undefined;
  return {
    post(message) {
      if (receiver === undefined) {
        waiting.push(message);
        return;
      }
      const deliver = receiver;
      receiver = undefined;
      deliver(message);
    },
    take() {
      return new Promise((resolve) => {
        if (waiting.length > 0) resolve(waiting.shift() as T);
        else receiver = resolve;
      });
    },
  };
}
