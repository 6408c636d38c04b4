import { expect, test } from 'vitest';
import { playOrder } from './play-order.ts';
import { readAbc } from './read-abc.ts';

/** The notes of a tune's body as they are played, by letter. */
const played = (body: string): string =>
  playOrder(readAbc(`X:1\nL:1/4\nK:C\n${body}`).elements)
    .flatMap((element) => (element.kind === 'note' ? element.heads : []))
    .map(({ step }) => 'CDEFGAB'[step]!)
    .join('');

test.each([
  ['from the beginning', 'A:|B|', 'AAB'],
  ['from the sign', 'A|:B|C:|D|', 'ABCBCD'],
  ['two signs in one', '|:A::B:|', 'AABB'],
  ['from the latest double bar', 'A|B||C|D:|E|', 'ABCDCDE'],
  ['from the end of the repeat before', 'A:|B:|', 'AABB'],
  ['from a label of a part', 'A|\nP:B\nB:|', 'ABB'],
  ['over a double bar inside', '|:A||B:|C|', 'ABABC'],
])('repeats: %s', (_, body, order) => {
  expect(played(body)).toBe(order);
});

test.each([
  ['each in its turn', '|:A|[1B:|[2C||D|', 'ABACD'],
  ['at bar lines', '|:A|1B:|2C|]', 'ABAC'],
  ['three', '|:A|1B:|2C:|3D||E|', 'ABACADE'],
  ['one for two times', '|:A|[1,3B:|[2C:|', 'ABACAB'],
  ['the last one closed by a sign', '|:A|1B:|2C:|D|', 'ABACD'],
  ['on a line of their own', '|:A|[1B:|\n[2C||', 'ABAC'],
])('endings: %s', (_, body, order) => {
  expect(played(body)).toBe(order);
});

test('a part behind endings has repeats and endings of its own, with or without a sign at its beginning', () => {
  expect(played('|:A|1B:|2C||D|1E:|2F||')).toBe('ABACDEDF');
  expect(played('|:A|1B:|2C||:D|1E:|2F|]')).toBe('ABACDEDF');
  expect(played('A|[1B:|\n[2C||\nK:D\nP:B\nD|[1E:|[2F||')).toBe('ABACDEDF');
});

test('endings without end take no quadratic time', () => {
  const began = process.cpuUsage();
  played(`|:A|${'[2A:|'.repeat(24_000)}`);
  // Microseconds; looking through the whole tune at each ending took many times as long.
  expect(process.cpuUsage(began).user).toBeLessThan(4e6);
});
