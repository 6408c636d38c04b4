/** What a schema has against a value of a file, in words for who has the file. */
export function schemaProblem({ message }: { readonly message: string }): string {
  const missing = /^Invalid input: expected (.+), received undefined$/.exec(message)?.[1];
  return missing === undefined ? message : `it is missing; expected: ${missing}`;
}
