/** Words as one line of Markdown: what it would take for marks, or HTML for tags and entities, is escaped. */
export const markdownText = (words: string): string =>
  words.replace(/[\\`*_[\]<>|#&~$]/g, '\\$&').replace(/\s+/g, ' ');
