/** The JavaScript of the build: small, one copy of each class in a process, and errors that name places in the sources. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { run } from '../session/product.ts';

const LIB = fileURLToPath(new URL('../../dist/lib/upstart', import.meta.url));
const programs = readdirSync(LIB).filter((name) => /\.c?js$/.test(name));
/** What only its own command or a job that asks for it loads. */
const APART = [
  ...[
    'bridge.js',
    'cluster.cjs',
    'convert.cjs',
    'dashboard.cjs',
    'dashboard-curves.js',
    'dashboard-page.js',
    'log-keeper.cjs',
    'log-shipper.js',
  ],
  ...['fleet.cjs', 'screen.cjs', 'timers.cjs'],
];
/** Bytes of those together, and of all other programs. */
const MAX_BYTES_APART = 1_300_000;
const MAX_BYTES = 1_392_000;
/** Browsers run them, as small as they can be. */
const PAGES = ['dashboard-curves.js', 'dashboard-page.js'];
/** Of the page with its style, as it is sent. */
const MAX_PAGE_BYTES = 150_000;

test('the programs share what is the same', () => {
  const size = (names: readonly string[]) => names.reduce((sum, name) => sum + statSync(join(LIB, name)).size, 0);
  expect(size(APART)).toBeLessThan(MAX_BYTES_APART);
  expect(size(programs) - size(APART)).toBeLessThan(MAX_BYTES);
  const withErrors = programs.filter((name) => /\bUpstartError=class\b/.test(readFileSync(join(LIB, name), 'utf8')));
  expect(withErrors).toEqual(['core.js']);
});

test('the files of a program share one copy of what they import', () => {
  const texts = programs.filter((name) => name.endsWith('.cjs')).map((name) => readFileSync(join(LIB, name), 'utf8'));
  expect(texts.filter((text) => /\b__toESM=/.test(text))).toEqual([]);
  expect(texts.some((text) => text.includes('__asESM('))).toBe(true);
});

test('the page of the dashboard is small, as it is sent', () => {
  const sent = [...PAGES, 'dashboard-page.css'].map(
    (name) => gzipSync(readFileSync(join(LIB, name)), { level: 9 }).length,
  );
  expect(sent.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_PAGE_BYTES);
});

test('every program has its map', () => {
  for (const name of programs.filter((name) => !PAGES.includes(name))) {
    const [, map] = /\/\/# sourceMappingURL=(.*)\n?$/.exec(readFileSync(join(LIB, name), 'utf8')) ?? [];
    expect(map).toBe(`${name}.map`);
    expect(JSON.parse(readFileSync(join(LIB, `${name}.map`), 'utf8')).version).toBe(3);
  }
});

const SNAPSHOT = readdirSync(LIB).find((name) => name.endsWith('.snapshot'));
/** As in packages/supervisor/daemon/launch.c: a snapshot is for these. */
const NODE_OPTIONS = ['--max-semi-space-size=2', '--expose-gc', '--no-memory-reducer', '--v8-pool-size=1'];

test.each([[[]], ...(SNAPSHOT ? [[[`--snapshot-blob=${join(LIB, SNAPSHOT)}`]]] : [])])(
  'the stack of an error names places in the sources: %j',
  async (options) => {
    const { stderr, status } = await run('node', [...NODE_OPTIONS, ...options, join(LIB, 'daemon.js')], {
      PATH: process.env.PATH ?? '',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^init: daemon\.js cannot start: Error: .*\n {4}at \w+ \(supervisor\/link\.ts:\d+\)\n/);
    expect(stderr).toMatch(/\n {4}at \w+ \(start-up\/main\.ts:\d+\)\n/);
  },
);
