/** A text cut behind its first sentence; the rest begins with the space between, and is empty where there is one sentence. */
export function firstSentence(text: string): [first: string, rest: string] {
  const end = text.search(/(?<=[.!?]) /);
  return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end)];
}
