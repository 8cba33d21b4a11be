/** The site of `npm run docs`: its links, its search, and what axe says of its pages in a browser. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../scripts/version.mjs';
import { missingPrograms } from '../programs.ts';
import { ROOT } from '../session/product.ts';
import { Browser, type View } from './browser.ts';

const TOP = mkdtempSync(join(tmpdir(), 'site-'));
const SITE = join(TOP, 'site');
const VIEWS: View[] = [
  { width: 1400, height: 900, scheme: 'light' },
  { width: 1400, height: 900, scheme: 'dark' },
  { width: 400, height: 800, scheme: 'light' },
  { width: 400, height: 800, scheme: 'dark' },
];
/** One of each kind: an examination takes a second. */
const EXAMINED = ['index.html', 'guide/first-job.html', 'upstart.html', 'reference/jobs.html', 'man/init.5.html'];
const urlOf = (place: string): string => pathToFileURL(join(SITE, place)).href;

let pages: string[] = [];
const textOf = new Map<string, string>();

const docs = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'scripts/run.mjs'), 'docs', ...args], { encoding: 'utf8' });

afterAll(() => rmSync(TOP, { recursive: true }));

test('an unknown option is rejected', () => {
  expect(docs('--to', 'x')).toMatchObject({ status: 1, stderr: expect.stringContaining('usage: npm run docs') });
});

describe.skipIf(missingPrograms(['mandoc']).length > 0)('the site (skipped without mandoc)', () => {
  beforeAll(() => {
    expect(docs('--output', SITE)).toMatchObject({ status: 0, stderr: '' });
    pages = readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
    for (const page of pages) textOf.set(page, readFileSync(join(SITE, page), 'utf8'));
  });

  test('has every page of the guide, the documents, the reference and the manual', () => {
    const places = (folder: string, to: string) =>
      readdirSync(join(ROOT, folder))
        .filter((name) => /\.(?:md|\d|conf\.5)$/.test(name))
        .map((name) =>
          folder === 'man'
            ? `man/${name}.html`
            : `${to}${name.replace(/README\.md$|\.md$/, (end) => (end === '.md' ? '.html' : 'index.html'))}`,
        );
    const expected = [
      ...['index.html', ...places('docs', ''), ...places('docs/guide', 'guide/')],
      ...[...places('docs/reference', 'reference/'), ...places('man', 'man/')],
    ];
    expect(pages).toEqual(expect.arrayContaining(expected));
    expect(textOf.get('index.html')).toContain(VERSION);
  });

  test('no link is dead, and no two elements of a page have one name', () => {
    const dead: string[] = [];
    const ids = new Map(pages.map((page) => [page, namesIn(textOf.get(page) ?? '')]));
    for (const [page, names] of ids) if (new Set(names).size < names.length) dead.push(`${page}: names twice`);
    for (const page of pages) {
      for (const [, link = ''] of (textOf.get(page) ?? '').matchAll(/ (?:href|src)="([^"]*)"/g)) {
        if (/^https?:/.test(link)) continue;
        const [path = '', fragment] = link.split('#');
        const target = path === '' ? page : relative(SITE, join(SITE, dirname(page), path));
        const isThere = existsSync(join(SITE, target)) && !target.startsWith('..');
        const name = decodeURIComponent((fragment ?? '').replaceAll('&amp;', '&'));
        const hasName = fragment === undefined || ids.get(target)?.includes(name);
        if (!isThere || !hasName) dead.push(`${page}: ${link}`);
      }
    }
    expect(dead).toEqual([]);
  });

  test('the same bytes when it is made again', () => {
    const again = join(TOP, 'again');
    expect(docs('--output', again).status).toBe(0);
    for (const name of [...pages, 'search-index.js', 'minisearch.js'])
      expect(readFileSync(join(again, name)).equals(readFileSync(join(SITE, name))), name).toBe(true);
  });

  describe.skipIf(missingPrograms(['chromium']).length > 0)('in a browser (skipped without chromium)', () => {
    let browser: Browser;
    beforeAll(() => {
      browser = new Browser();
    });
    afterAll(() => browser.end());

    test.each(VIEWS)('axe finds no violation: %o', async (view) => {
      const axe = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
      const found: string[] = [];
      for (const page of EXAMINED) {
        await browser.open(urlOf(page), view);
        await browser.evaluate(axe);
        const violations = await browser.evaluate<string[]>(
          `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)))`,
        );
        found.push(...violations.map((violation) => `${page}: ${violation}`));
      }
      expect(found).toEqual([]);
    });

    test('no page is wider than a narrow window', async () => {
      const view = VIEWS[2] as View;
      const wide: string[] = [];
      for (const page of pages) {
        await browser.open(urlOf(page), view);
        if ((await browser.evaluate<number>('document.documentElement.scrollWidth')) > view.width) wide.push(page);
      }
      expect(wide).toEqual([]);
    });

    test('the search finds stanzas, commands and events, and its links lead to them', async () => {
      const search = (words: string): Promise<string[]> =>
        browser.evaluate(`(async () => {
          const field = document.querySelector('#search');
          field.focus();
          field.value = ${JSON.stringify(words)};
          const found = document.querySelector('#found');
          const shown = new Promise((resolve) => new MutationObserver(resolve).observe(found, { childList: true }));
          field.dispatchEvent(new Event('input'));
          await shown;
          return [...found.querySelectorAll('a')].map(({ href }) => href);
        })()`);
      await browser.open(urlOf('guide/alerts.html'), VIEWS[0] as View);
      expect(await search('respawn limit')).not.toEqual([]);
      expect(await search('flapping')).toContain(urlOf('man/flapping.7.html'));
      const [first = ''] = await search('upstart doctor');
      expect(first).toMatch(/doctor$/);
      await browser.open(first, VIEWS[0] as View);
      expect(await browser.evaluate('location.hash && document.querySelector(location.hash).tagName')).toMatch(
        /^H[23]$/,
      );
      expect(await search('xyzzyq')).toEqual([]);
      expect(await browser.evaluate('document.querySelector("#found").textContent')).toContain('Nothing found');
    });
  });
});

const namesIn = (html: string): string[] =>
  [...html.matchAll(/ id="([^"]*)"/g)].map(([, name = '']) => name.replaceAll('&amp;', '&'));
