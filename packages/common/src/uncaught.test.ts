import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { LINE_MAX, LINES_MAX } from './last-words.ts';

it('an error that nobody caught prints a few lines, not the source', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'last-words-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const source = join(folder, 'program.ts');
  const module = new URL('./last-words.ts', import.meta.url).pathname;
  for (const failing of [
    "throw new Error('now')",
    "Promise.reject(new Error('later'))",
    "await import('./broken.mjs')",
  ]) {
    writeFileSync(
      source,
      `import { endReadably } from '${module}';\nendReadably('init: the daemon ends by an error');\n/*! ${'long '.repeat(2000)}*/${failing};\n`,
    );
    writeFileSync(join(folder, 'broken.mjs'), `/* ${'long '.repeat(2000)}*/ throw new Error('inside');`);
    await build({
      entryPoints: [source],
      bundle: true,
      platform: 'node',
      format: 'esm',
      minify: true,
      external: ['./broken.mjs'],
      outfile: join(folder, 'program.mjs'),
    });
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'program.mjs')], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^init: the daemon ends by an error: Error: (now|later|inside)\n/);
    expect(stderr.length).toBeLessThan(LINES_MAX * (LINE_MAX + 2));
  }
});
