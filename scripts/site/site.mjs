// Writes the site: the pages, the pictures that they show, the style, and the search with its index.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from '../layout.mjs';
import { replaceFile } from '../records.mjs';
import { documents } from './documents.mjs';
import { manualPages } from './manual-pages.mjs';
import { navigation } from './navigation.mjs';
import { searchIndex } from './search-index.mjs';
import { pageText } from './template.mjs';

const HERE = join(ROOT, 'scripts/site');
const FILES = ['style.css', 'search.js'];

/**
 * A page of the site. `place`: its path there. `source`: the file that it is made from, below the root of the repository.
 * `sections`: what the search finds in it.
 * @typedef {{ place: string, source: string, title: string, html: string, sections: { id: string, title: string, text: string }[] }} Page
 */

/** Returns the number of pages in the folder `output`, which is made anew. */
export function writeSite(output) {
  const { pages: written, pictures } = documents();
  const pages = [...written, ...manualPages()];
  rmSync(output, { recursive: true, force: true });
  for (const page of pages) replaceFile(join(output, page.place), pageText(page, navigation(pages)));
  for (const { source, place } of pictures) {
    mkdirSync(dirname(join(output, place)), { recursive: true });
    copyFileSync(join(ROOT, source), join(output, place));
  }
  for (const name of FILES) replaceFile(join(output, name), readFileSync(join(HERE, name)));
  const library = join(dirname(createRequire(import.meta.url).resolve('minisearch')), '../umd/index.js');
  const withoutMap = readFileSync(library, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  replaceFile(join(output, 'minisearch.js'), withoutMap);
  replaceFile(join(output, 'search-index.js'), searchIndex(pages));
  return pages.length;
}
