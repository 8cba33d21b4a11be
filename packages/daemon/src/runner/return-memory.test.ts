/** The module that returns memory, in a process of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../idle/return-memory.c', import.meta.url));

/** Prints the resident memory of a process before and after, and does some of everything then: all of it has to be mapped again. */
const LOOK = `
  const { readFileSync, readdirSync } = require('node:fs');
  const resident = () => Number(/^VmRSS:\\s*(\\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]);
  const module = { exports: {} };
  process.dlopen(module, process.argv[1]);
  const before = resident();
  const said = module.exports();
  const after = resident();
  for (let i = 0; i < 100; i++) module.exports();
  const sum = [...'0123456789'].map(Number).sort((a, b) => b - a).reduce((a, b) => a + b);
  const hash = require('node:crypto').createHash('sha256').update('x').digest('hex').slice(0, 8);
  require('node:child_process').execFileSync('true');
  console.log(JSON.stringify({ before, after, said: said === undefined, sum, hash, files: readdirSync('/proc/self').length > 0 }));
`;

test('a process that has returned memory is smaller, and works as before', () => {
  const folder = mkdtempSync(join(tmpdir(), 'return-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const module = join(folder, 'return-memory.node');
  execFileSync('cc', [
    '-D_GNU_SOURCE=',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-shared',
    '-fPIC',
    '-nostdlib',
    '-o',
    module,
    SOURCE,
  ]);
  const { before, after, ...rest } = JSON.parse(
    execFileSync(process.execPath, ['-e', LOOK, module], { encoding: 'utf8' }),
  );
  expect(rest).toEqual({ said: true, sum: 45, hash: '2d711642', files: true });
  // Of some 45 MB, half is of the program.
  expect(before - after).toBeGreaterThan(10 * 1024);
});
