// What all pages have around their text.
import { VERSION } from '../version.mjs';
import { escaped, relativeLink } from './links.mjs';

/**
 * @param {import('./site.mjs').Page} page
 * @param {{ title: string, pages: import('./site.mjs').Page[] }[]} groups
 */
export function pageText(page, groups) {
  const to = (place) => relativeLink(page.place, place);
  const top = to('index.html').slice(0, -'index.html'.length);
  return `<!doctype html>
<html lang="en" data-top="${top}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.place === 'index.html' ? 'Upstart' : `${escaped(page.title)} – Upstart`}</title>
<link rel="stylesheet" href="${to('style.css')}">
<script src="${to('minisearch.js')}" defer></script>
<script src="${to('search.js')}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header>
<a class="name" href="${to('index.html')}">Upstart</a> <span class="version">${VERSION}</span>
<search>
<input type="search" id="search" placeholder="Search" aria-label="Search the documents" autocomplete="off" aria-controls="found">
<div id="found" role="region" aria-label="Found" aria-live="polite" hidden></div>
</search>
</header>
<div class="columns">
<details class="menu"><summary>Contents</summary></details>
<nav aria-label="Contents">
${groups.map((group) => groupText(group, page, to)).join('\n')}
</nav>
<main id="content">
${page.html}
</main>
</div>
</body>
</html>
`;
}

function groupText({ title, pages }, current, to) {
  const rows = pages.map((page) => {
    const mark = page === current ? ' aria-current="page"' : '';
    return `<li><a href="${to(page.place)}"${mark}>${escaped(page.title)}</a></li>`;
  });
  const isOpen = pages.includes(current) || title === 'Guide';
  return `<details${isOpen ? ' open' : ''}><summary>${title}</summary>\n<ul>\n${rows.join('\n')}\n</ul></details>`;
}
