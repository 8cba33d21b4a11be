// Phrases that STYLE.md replaces, in comments, messages and documents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { sourceFiles } from './source-files.mjs';

const TEXT = /\.(?:ts|mjs|c|h|sh|conf|md)$/;
/** Recorded texts, and the files that quote the phrases. */
const EXEMPT = ['conformance/cases/', 'test/corpus/', 'STYLE.md', 'scripts/words.mjs', 'test/scripts/words.test.ts'];

/** Pairs of a phrase to avoid and one to prefer. @type {[RegExp, string][]} */
const PHRASES = [
  [/\b(?:goes|going|went|gone|go) on\b/i, 'continue, resume, still in progress'],
  [/\b(?:is|are|was|were|be|been|being|not) told\b/i, 'notify, report to, answer'],
  [/\b(?:is|are|was|were|be|been|being|not) said\b/i, 'log, report, print'],
  [/\bsave for\b/i, 'except'],
  [/\bpass(?:ed|es|ing)? over\b/i, 'skip, ignore, drop'],
  [/\bin vain\b/i, 'timed out'],
  [/\b(?:come|comes|came) to rest\b/i, 'idle, stopped'],
];

/** Prints each banned phrase. Returns whether there is none. */
export function areWordsInOrder() {
  const files = sourceFiles().filter((path) => TEXT.test(path) && !EXEMPT.some((place) => path.startsWith(place)));
  const complaints = files.flatMap((path) => complaintsAbout(path, readFileSync(join(ROOT, path), 'utf8')));
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0;
}

/** `FILE:LINE: …` for each phrase in `text`. */
export function complaintsAbout(path, text) {
  return text.split('\n').flatMap((line, index) =>
    PHRASES.flatMap(([phrase, better]) => {
      const found = phrase.exec(line);
      return found ? [`${path}:${index + 1}: \`${found[0]}\`: prefer ${better} (STYLE.md)`] : [];
    }),
  );
}
