/** A place to cut `text` at: `position`, or one further where it would part a surrogate pair. */
export function wholeCharacter(text: string, position: number): number {
  const code = text.charCodeAt(position);
  const before = text.charCodeAt(position - 1);
  return code >= 0xdc00 && code < 0xe000 && before >= 0xd800 && before < 0xdc00 ? position + 1 : position;
}
