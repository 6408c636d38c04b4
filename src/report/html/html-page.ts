import { type Content, type Html, html, join, raw } from './markup.ts';
import { pageStyle } from './page-style.ts';
import { sharePictures } from './picture.ts';
import { playable, tunePlayer } from './tune-figure.ts';

/** What stands on a page of its own. */
export interface PageParts {
  /** In the title bar; `heading` on the page. */
  readonly title: string;
  readonly heading: string;
  /** Short facts below the heading. */
  readonly facts: readonly string[];
  /** More of the page's head, below the facts. */
  readonly introduction?: Content;
  /** Styles beside those of every page. */
  readonly style?: Content;
  /** What stands before the sections, and is not in the table of contents. */
  readonly opening?: Content;
  readonly sections: readonly { readonly id: string; readonly title: string; readonly body: Html }[];
  readonly footer: string;
  /** Of Graft. */
  readonly version: string;
}

/**
 * A page that needs nothing else: no network; styles and pictures are part of it. Its only script is the player, and only
 * where there are tunes.
 */
export function htmlPage(page: PageParts): string {
  const music = playable([page.opening, ...page.sections.map(({ body }) => body)]);
  const { sheet, content } = sharePictures(
    join([page.opening, ...page.sections.map(({ body }) => body)], '\n'),
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Graft ${page.version}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'${music && raw(`; script-src ${tunePlayer.policy}`)}">
<title>${page.title}</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
${page.style}${sheet}
<header><h1>${page.heading}</h1>
<p class="lead">${page.facts.join(' · ')}</p>
${page.introduction}
<nav aria-label="Contents"><ul>${page.sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${content}
</main>
<footer>${page.footer}</footer>
${music && html`<script>${raw(tunePlayer.script)}</script>`}
</body>
</html>
`.markup;
}
