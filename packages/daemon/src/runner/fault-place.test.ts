import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it, onTestFinished } from 'vitest';
import { faultPlace, faultReason } from './fault-place.ts';

it('is read from the map of a bundle, on one line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'place-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'fault.ts'),
    '// A comment.\n\nexport function fault(): never {\n  throw new Error("no\\ngood");\n}\n',
  );
  writeFileSync(join(folder, 'main.ts'), 'import { fault } from "./fault.ts";\nexport const run = () => fault();\n');
  const outfile = join(folder, 'bundle.mjs');
  const options = { bundle: true, minify: true, keepNames: true, format: 'esm', sourcemap: 'external' } as const;
  await build({ ...options, entryPoints: [join(folder, 'main.ts')], outfile });
  const { run } = await import(outfile);
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  expect(faultReason(error)).toBe('Error: no good');
  expect(faultPlace(error)).toMatch(/^in \S+ \(fault\.ts:4\), \S+ \(main\.ts:2\), /);
});

it('is short, whatever is thrown', () => {
  expect(faultReason('x'.repeat(1000))).toHaveLength(300);
  expect(faultReason(undefined)).toBe('Error: undefined');
  expect(faultPlace('no error')).toBe('');
  expect(faultPlace(new Error('here'))).not.toContain('\n');
});
