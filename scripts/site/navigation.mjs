// The groups of pages in the navigation.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../layout.mjs';
import { MANUALS } from './manual-pages.mjs';

/** By the folder of the sources: the title of the group. Pages of other folders are for those who develop it. */
const GROUPS = { 'docs/guide': 'Guide', docs: 'Documents', 'docs/reference': 'Reference', [MANUALS]: 'Manual pages' };
const OTHERS = 'Development';
const FIRST = 'README.md';

/**
 * Without the first page, which the name of the site leads to.
 * @param {import('./site.mjs').Page[]} pages
 * @returns {{ title: string, pages: import('./site.mjs').Page[] }[]}
 */
export function navigation(pages) {
  const groupOf = ({ source }) => GROUPS[dirname(source)] ?? OTHERS;
  return [...Object.values(GROUPS), OTHERS].map((title) => ({
    title,
    pages: inOrder(pages.filter((page) => page.source !== FIRST && groupOf(page) === title)),
  }));
}

/** In the order in which the first page of the group names them, by titles otherwise. */
function inOrder(pages) {
  const first = pages.find(({ source }) => source.endsWith('/README.md'));
  const text = first === undefined ? '' : readFileSync(join(ROOT, first.source), 'utf8');
  const placeOf = (page) => {
    if (page === first) return -1;
    const found = text.indexOf(`](${page.source.slice(dirname(page.source).length + 1)})`);
    return found < 0 ? text.length : found;
  };
  return pages.toSorted((a, b) => placeOf(a) - placeOf(b) || (a.title < b.title ? -1 : 1));
}
