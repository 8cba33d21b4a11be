// Links between pages, which are relative: the site works in any folder, and without a server.
import { posix } from 'node:path';

/** From the page at `from` to the file at `to`, both below the top of the site. */
export const relativeLink = (from, to) => posix.relative(posix.dirname(from), to) || posix.basename(to);

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escaped = (text) => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]);
