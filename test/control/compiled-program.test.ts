/** The commands as V8 has compiled them when they were built: they run where they fit, and otherwise do no harm. */
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../session/product.ts';

const LIB = fileURLToPath(new URL('../../dist/lib/upstart', import.meta.url));
const PROGRAMS = ['core.js', 'commands.js', 'ctl.js', 'front-door.cjs', 'yargs.cjs'];
const PLAIN = 'plain\n';

interface Header {
  readonly version: string;
  readonly script: string;
  readonly sourceBytes: number;
}

let lib: string;
let compiled: string;

/** An installation whose `ctl.js` says that it runs, and is as long as the real one. */
beforeEach(() => {
  lib = mkdtempSync(join(tmpdir(), 'upstart-compiled-'));
  compiled = join(lib, 'ctl.compiled');
  for (const name of [...PROGRAMS, 'ctl.cjs', 'package.json', basename(compiled)])
    cpSync(join(LIB, name), join(lib, name));
  const { size } = statSync(join(lib, 'ctl.js'));
  writeFileSync(join(lib, 'ctl.js'), "console.log('plain');".padEnd(size));
});
afterEach(() => rmSync(lib, { recursive: true }));

async function output(options: readonly string[] = []): Promise<string> {
  const words = [...options, join(lib, 'ctl.cjs'), '--called-as', 'upstart', '--version'];
  const { stdout, stderr, status } = await run(process.execPath, words, { PATH: process.env.PATH ?? '' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout;
}

/** Changes the fields of the first line, or what follows it, whose checksum is right. */
function edit(change: (header: Header, rest: Buffer) => { header?: Header; rest?: Buffer }): void {
  const bytes = readFileSync(compiled);
  const begin = bytes.indexOf('\n') + 1;
  const [header, rest] = [JSON.parse(bytes.toString('latin1', 0, begin)), bytes.subarray(begin)];
  const edited = { header, rest, ...change(header, rest) };
  const text = JSON.stringify({ ...edited.header, checksum: crc32(edited.rest) });
  writeFileSync(compiled, Buffer.concat([Buffer.from(`${text}\n`), edited.rest]));
}

test('the compiled commands run, in stacks by the name that their map has', async () => {
  expect(await output()).toMatch(/^upstart \(upstart [\d.]+\)\n$/);
  const [header = ''] = readFileSync(compiled, 'latin1').split('\n', 1);
  const map = JSON.parse(readFileSync(join(LIB, `${(JSON.parse(header) as Header).script}.map`), 'utf8'));
  expect(map.sources.some((source: string) => source.endsWith('ctl/src/upstart/logs/reading.ts'))).toBe(true);
});

describe('the plain commands run instead', () => {
  test.each(PROGRAMS)('beside another %s', async (name) => {
    const text = readFileSync(join(lib, name), 'utf8');
    writeFileSync(join(lib, name), `${text}\n`);
    expect(await output()).toBe(PLAIN);
  });

  test('with another version', async () => {
    edit((header) => ({ header: { ...header, version: '1.0.0' } }));
    expect(await output()).toBe(PLAIN);
  });

  test('under a Node that V8 tells from that of the build', async () => {
    expect(await output(['--no-lazy'])).toBe(PLAIN);
  });

  test('with code of nothing, or of a source that is shorter', async () => {
    edit(({ sourceBytes }, rest) => ({ rest: Buffer.from(rest).fill(0xa5, sourceBytes) }));
    expect(await output()).toBe(PLAIN);
    cpSync(join(LIB, basename(compiled)), compiled);
    edit((header, rest) => ({ header: { ...header, sourceBytes: header.sourceBytes - 1 }, rest: rest.subarray(1) }));
    expect(await output()).toBe(PLAIN);
  });

  test.each<[string, () => void]>([
    ['gone', () => rmSync(compiled)],
    ['empty', () => writeFileSync(compiled, '')],
    ['cut off', () => truncateSync(compiled, statSync(compiled).size - 1000)],
    [
      'damaged',
      () => {
        const bytes = readFileSync(compiled);
        bytes.writeUInt8(bytes.readUInt8(bytes.length - 1000) ^ 1, bytes.length - 1000);
        writeFileSync(compiled, bytes);
      },
    ],
  ])('when what was compiled is %s', async (_, damage) => {
    damage();
    expect(await output()).toBe(PLAIN);
  });
});
