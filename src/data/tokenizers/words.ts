/**
 * GPT-2's words: contractions, letters, digits and other signs each with at most one space before them, and runs of
 * white space. White space is Unicode's White_Space, as in Hugging Face's and OpenAI's tokenizers (JavaScript's \s
 * differs at U+0085 and U+FEFF). Which characters are letters depends on the Unicode version of the runtime.
 */
const pattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The words of a text (Radford et al. 2019, byte-level BPE); laid end to end they are the text. */
export function splitWords(text: string): string[] {
  return text.match(pattern) ?? [];
}
