/** Graft as a library. */
export { citationText } from './citation.ts';
