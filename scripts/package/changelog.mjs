// The newest entry of CHANGELOG.md as Debian's tools read it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../layout.mjs';
import { VERSION } from '../version.mjs';

const WIDTH = 78;

/** Of the source package `source`, by `maintainer`, dated `dateS` (seconds since 1970). */
export function debianChangelog({
  source,
  version = VERSION,
  maintainer,
  dateS,
  text = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'),
}) {
  const changes = items(newestEntry(text)).map((item) => wrapped(item, '  * ', '    '));
  const date = new Date(dateS * 1000).toUTCString().replace('GMT', '+0000');
  return `${source} (${version}) unstable; urgency=medium\n\n${changes.join('\n')}\n\n -- ${maintainer}  ${date}\n`;
}

const newestEntry = (text) => text.split(/^## .*\n/m)[1] ?? '';

/** Its items, each a line. */
const items = (entry) =>
  [...entry.matchAll(/^- (.*(?:\n {2}.*)*)/gm)].map(([, item = '']) => item.replaceAll(/\s*\n\s*/g, ' '));

function wrapped(text, first, others) {
  const lines = [first];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    const isBegun = line !== first && line !== others;
    if (isBegun && line.length + 1 + word.length > WIDTH) lines.push(others + word);
    else lines[lines.length - 1] = isBegun ? `${line} ${word}` : line + word;
  }
  return lines.join('\n');
}
