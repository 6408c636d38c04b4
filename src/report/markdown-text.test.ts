import { expect, test } from 'vitest';
import { markdownText } from './markdown-text.ts';

test('marks, tags, entities and line breaks of a name are only what they look like', () => {
  expect(markdownText('a|b\n<img src=x> &lt; *c* _d_ `e` [f](g) ~~h~~ $i$ # \\')).toBe(
    'a\\|b \\<img src=x\\> \\&lt; \\*c\\* \\_d\\_ \\`e\\` \\[f\\](g) \\~\\~h\\~\\~ \\$i\\$ \\# \\\\',
  );
});
