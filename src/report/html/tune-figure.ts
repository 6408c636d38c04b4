import { createHash } from 'node:crypto';
import type { Notation } from '../../data/data-set.ts';
import { isGraftError } from '../../errors.ts';
import { readWords } from '../../formats/music/event-words.ts';
import { readAbc } from '../../formats/music/read-abc.ts';
import { type Song, songOf } from '../../formats/music/song.ts';
import type { Tune } from '../../formats/music/tune.ts';
import { type Content, type Html, html } from './markup.ts';
import { staffSvg } from './staff-svg.ts';

/** What is heard of a tune at most, in seconds. */
const LONGEST = 90;

/** A tune with its title, drawn on staves where it is in ABC notation, to be played; or why it is none. */
export function tuneFigure(text: string, notation: Notation, drawn: boolean): Html {
  let tune: Tune | undefined;
  let song: Song;
  try {
    tune = notation === 'abc' ? readAbc(text) : undefined;
    song = tune === undefined ? readWords(text) : songOf(tune);
  } catch (error) {
    if (!isGraftError(error, 'bad-file')) throw error;
    const { problem, offset } = error.facts;
    return html`<span class="note">not a tune: ${problem}${offset !== undefined && ` (${offset})`}</span> `;
  }
  const title = tune?.title;
  return html`<span class="tune"><button type="button" class="play" data-notes="${heard(song)}" aria-label="play${title ? ` ${title}` : ''}">▶</button>${title && html` <b>${title}</b>`}</span>${drawn && tune !== undefined && staffSvg(tune)}`;
}

/** `at,length,pitch` in hundredths of a second, joined by ';'. */
function heard(song: Song): string {
  const time = clockOf(song);
  return song.notes
    .filter(({ at }) => time(at) < LONGEST * 100)
    .map(({ at, length, pitch }) => {
      const heardFor = Math.max(4, Math.round(time(at + length) - time(at)));
      return `${Math.round(time(at))},${heardFor},${pitch}`;
    })
    .join(';');
}

/** Quarter notes a minute before the first tempo. */
const STANDARD_TEMPO = 120;

/** From places in quarter notes to hundredths of a second, through all changes of tempo. */
function clockOf({ tempos }: Song): (at: number) => number {
  const marks = [{ at: 0, time: 0, perQuarter: 6000 / STANDARD_TEMPO }];
  for (const { at, perMinute } of tempos) {
    const last = marks.at(-1)!;
    marks.push({ at, time: last.time + (at - last.at) * last.perQuarter, perQuarter: 6000 / perMinute });
  }
  return (at) => {
    const { at: from, time, perQuarter } = marks.findLast((mark) => mark.at <= at)!;
    return time + (at - from) * perQuarter;
  };
}

/**
 * Plays what a button's `data-notes` says with the browser's own oscillators; a second press, or another button, stops
 * it. The only script of a report, there when it has music.
 */
const player = `(() => {
let context, now, stop = () => {};
document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-notes]');
  if (!button) return;
  const again = now === button;
  stop();
  if (again) return;
  context = context || new AudioContext();
  const start = context.currentTime + 0.06;
  const out = context.createGain();
  out.gain.value = 0.22;
  out.connect(context.destination);
  let end = start;
  for (const note of button.dataset.notes.split(';')) {
    const [at, length, pitch] = note.split(',').map(Number);
    const from = start + at / 100, to = from + length / 100;
    const tone = context.createOscillator(), level = context.createGain();
    tone.type = 'triangle';
    tone.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(0.8, from + 0.01);
    level.gain.exponentialRampToValueAtTime(0.05, Math.max(from + 0.03, to - 0.02));
    level.gain.linearRampToValueAtTime(0, to);
    tone.connect(level).connect(out);
    tone.start(from);
    tone.stop(to);
    end = Math.max(end, to);
  }
  now = button;
  button.textContent = '■';
  const timer = setTimeout(() => stop(), (end - context.currentTime) * 1000);
  stop = () => {
    clearTimeout(timer);
    out.disconnect();
    button.textContent = '▶';
    now = undefined;
    stop = () => {};
  };
});
})();`;

/** The player, for pages that have tunes, and what a content security policy must say to allow it and nothing else. */
export const tunePlayer = {
  script: player,
  policy: `'sha256-${createHash('sha256').update(player).digest('base64')}'`,
} as const;

/** Whether content has something to play: the quote tells an attribute from a text, in which it is escaped. */
export const playable = (content: Content): boolean => html`${content}`.markup.includes('data-notes="');
