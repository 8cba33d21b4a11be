// The manual pages, as mandoc renders them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { DIST, ROOT } from '../layout.mjs';
import { manualPlace } from '../manuals.mjs';
import { Problem } from '../problem.mjs';
import { MANUAL_LINKS } from '../targets.mjs';

export const MANUALS = 'man';

/** @returns {import('./site.mjs').Page[]} */
export function manualPages() {
  const names = readdirSync(join(ROOT, MANUALS)).sort();
  return names.map((name) => {
    const words = ['-T', 'html', '-O', 'fragment,man=%N.%S.html', join(DIST, manualPlace(name))];
    const { status, stdout, stderr, error } = spawnSync('mandoc', words, { encoding: 'utf8' });
    if (status !== 0) throw new Problem(`Cannot render ${name}: ${error?.message ?? stderr.trim()}`);
    const section = extname(name).slice(1);
    const title = `${name.slice(0, -section.length - 1)}(${section})`;
    const html = `<h1>${title}</h1>\n${bodyOf(stdout, names)}`;
    return { place: `man/${name}.html`, source: `${MANUALS}/${name}`, title, html, sections: sectionsOf(title, html) };
  });
}

/** Without the lines above and below a printed page, and with the levels of headings that a page of the site has. */
const bodyOf = (html, names) =>
  uniqueIds(
    html
      .replaceAll(/<table class="(?:head|foot)">[\s\S]*?<\/table>/g, '')
      .replaceAll(/<(\/?)h2/g, '<$1h3')
      .replaceAll(/<(\/?)h1/g, '<$1h2')
      .replaceAll('<table class="Nm">', '<table class="Nm" role="presentation">')
      .replaceAll('<pre>', '<pre tabindex="0">')
      .replaceAll(/<a class="Xr" href="([^"]*)\.html">([\s\S]*?)<\/a>/g, (_, name, text) => {
        const target = MANUAL_LINKS[name] ?? name;
        return names.includes(target) ? `<a class="Xr" href="${target}.html">${text}</a>` : text;
      }),
  );

/** mandoc gives several tags of one name the same one. */
function uniqueIds(html) {
  const used = new Set();
  return html.replaceAll(/ id="([^"]*)"/g, (attribute, id) => {
    if (used.has(id)) return '';
    used.add(id);
    return attribute;
  });
}

/** By the headings of the first level. */
function sectionsOf(title, html) {
  const parts = html.split(/<h2[^>]* id="([^"]*)"[^>]*>/);
  const sections = [{ id: '', title, text: '' }];
  for (let index = 1; index < parts.length; index += 2) {
    const [heading = '', text = ''] = (parts[index + 1] ?? '').split('</h2>').map(plain);
    sections.push({ id: parts[index] ?? '', title: heading, text });
  }
  return sections;
}

const plain = (html) =>
  html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#x([0-9A-F]+);/gi, (_, digits) => String.fromCodePoint(Number.parseInt(digits, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim();
