/** Cases of our own for init as process 1, in the form of conformance/README.md. They need root for namespaces of their own. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HERE = join(ROOT, 'test/system');
const CASES = readdirSync(HERE).filter((name) => name.endsWith('.t'));

test.skipIf(process.getuid?.() !== 0).each(CASES)('%s (skipped without root)', (name) => {
  const runner = join(ROOT, 'conformance/run.mjs');
  const { status, stdout } = spawnSync(
    process.execPath,
    [runner, '--adapter', join(ROOT, 'conformance/adapter'), join(HERE, name)],
    { encoding: 'utf8' },
  );
  expect(stdout.replace(/^ok .*\n1 passed.*\n$/, '')).toBe('');
  expect(status).toBe(0);
});
