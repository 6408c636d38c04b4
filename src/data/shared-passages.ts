/** Length from which a passage that occurs in two texts counts as shared, in UTF-16 units. */
export const sharedLength = 50;

/** Passages of `texts` without what they share with others. */
export interface CutTexts {
  /** What is left; a text is split where something was cut out of it. */
  passages: string[];
  /** For each passage, the text that it comes from. */
  origin: number[];
  /** Number of stretches cut out. */
  stretches: number;
  /** Characters (UTF-16 units) cut out. */
  characters: number;
}

/**
 * Cuts out of `texts` every stretch of at least 50 characters that occurs verbatim in one of `held` (Lee et al. 2022,
 * 'Deduplicating training data makes language models better', section 4.1, there 50 tokens; found here by aligned
 * blocks instead of a suffix array). Time and memory are linear in the lengths.
 */
export function cutSharedPassages(texts: readonly string[], held: readonly string[]): CutTexts {
  const windows = sharedWindows(texts, held);
  const out: CutTexts = { passages: [], origin: [], stretches: 0, characters: 0 };
  texts.forEach((text, t) => {
    const keep = (from: number, to: number) => {
      if (to <= from) return;
      out.passages.push(text.slice(from, to));
      out.origin.push(t);
    };
    let start = 0;
    // Position from which on nothing is known to be shared.
    let sharedTo = 0;
    for (let i = 0; windows.size > 0 && i + sharedLength <= text.length; i++) {
      if (!windows.has(text.slice(i, i + sharedLength))) continue;
      if (i > sharedTo || sharedTo === 0) {
        keep(start, i);
        out.stretches++;
        sharedTo = i;
      }
      out.characters += i + sharedLength - sharedTo;
      sharedTo = i + sharedLength;
      start = sharedTo;
    }
    keep(start, text.length);
  });
  return out;
}

/**
 * The windows of `sharedLength` characters that may occur in both. Every window contains a whole block of half that
 * length aligned in `held`, so only windows around blocks that occur in `texts` are listed.
 */
function sharedWindows(texts: readonly string[], held: readonly string[]): Set<string> {
  const block = Math.floor(sharedLength / 2);
  const blocks = new Set<string>();
  for (const text of held) {
    for (let i = 0; i + block <= text.length; i += block) blocks.add(text.slice(i, i + block));
  }
  const matched = new Set<string>();
  for (const text of texts) {
    for (let i = 0; i + block <= text.length; i++) {
      const candidate = text.slice(i, i + block);
      if (blocks.has(candidate)) matched.add(candidate);
    }
  }
  const windows = new Set<string>();
  for (const text of held) {
    for (let i = 0; i + block <= text.length; i += block) {
      if (!matched.has(text.slice(i, i + block))) continue;
      const last = Math.min(i, text.length - sharedLength);
      for (let j = Math.max(0, i + block - sharedLength); j <= last; j++) {
        windows.add(text.slice(j, j + sharedLength));
      }
    }
  }
  return windows;
}
