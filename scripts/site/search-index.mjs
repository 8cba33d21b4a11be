// The index of the search, as a script: pages that are opened as files may load scripts, but no data.
import MiniSearch from 'minisearch';

/** What the page has to give MiniSearch, too. */
const OPTIONS = { fields: ['title', 'page', 'text'], storeFields: ['title', 'page', 'place', 'excerpt'] };
const EXCERPT = 140;

/** @param {import('./site.mjs').Page[]} pages */
export function searchIndex(pages) {
  const index = new MiniSearch(OPTIONS);
  const rows = pages.flatMap(({ place, title: page, sections }) =>
    sections.map(({ id, title, text }) => ({
      page,
      title,
      text,
      place: id === '' ? place : `${place}#${id}`,
      excerpt: text.replaceAll(/\s+/g, ' ').trim().slice(0, EXCERPT),
    })),
  );
  index.addAll(rows.map((row, id) => ({ id, ...row })));
  return `window.searchIndex = ${JSON.stringify({ options: OPTIONS, index: JSON.stringify(index) })};\n`;
}
