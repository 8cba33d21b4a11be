import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { attempt, type Memory, type Outcome } from './attempt.ts';
import { MAX_LINE, MAX_TRY_BYTES } from './log.ts';
import { LinePattern } from './pattern.ts';

let path = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'log-probe-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  path = join(folder, 'web.log');
});

/** Tries of one probe that begins where the log ends now. */
async function looker(pattern: string): Promise<() => Promise<Outcome>> {
  const end = await tried({ kind: 'log-end', path });
  const [file = '', offset] = end.answer.split(' ');
  const memory: Memory = {};
  return () => tried({ kind: 'log', path, pattern, file, offset: Number(offset), pid: 0 }, memory);
}

function tried(target: Parameters<typeof attempt>[0], memory: Memory = {}): Promise<Outcome> {
  return new Promise((resolve) => attempt(target, resolve, memory));
}

const NONE = { isGood: false, answer: 'no output yet' };
const MATCH = { isGood: true, answer: 'a line matches' };
const lines = (count: number): Outcome => ({
  isGood: false,
  answer: `no match in ${count} line${count === 1 ? '' : 's'} of output`,
});

describe('a line of the log', () => {
  it('counts from where the process began', async () => {
    writeFileSync(path, 'listening on 1\n');
    const look = await looker('listening on \\d$');
    expect(await look()).toEqual(NONE);
    appendFileSync(path, 'begins\r\n');
    expect(await look()).toEqual(lines(1));
    appendFileSync(path, 'list');
    expect(await look()).toEqual(lines(1));
    appendFileSync(path, 'ening on 2\r\n');
    expect(await look()).toEqual(MATCH);
  });

  it('counts in a file that there was not', async () => {
    const look = await looker('^up$');
    expect(await look()).toEqual(NONE);
    writeFileSync(path, 'up');
    expect(await look()).toEqual(MATCH);
  });

  it('is found through rotations', async () => {
    writeFileSync(path, 'up\n');
    const look = await looker('^up$');
    appendFileSync(path, 'one\n');
    renameSync(path, `${path}.1`);
    expect(await look()).toEqual(lines(1));
    renameSync(`${path}.1`, `${path}.3`);
    writeFileSync(`${path}.2`, 'two\n');
    writeFileSync(`${path}.1`, 'up\n');
    writeFileSync(path, 'three\n');
    expect(await look()).toEqual(MATCH);
  });

  it('is found through rotations since the first output, and not before that', async () => {
    writeFileSync(`${path}.1`, 'up\n');
    const again = await looker('^up$');
    writeFileSync(path, 'one\n');
    expect(await again()).toEqual(lines(1));
    rmSync(`${path}.1`);
    rmSync(path);
    const look = await looker('^up$');
    writeFileSync(`${path}.1`, 'up\n');
    writeFileSync(path, 'two\n');
    expect(await look()).toEqual(MATCH);
    rmSync(path);
    const both = await looker('^new$');
    renameSync(`${path}.1`, `${path}.2`);
    writeFileSync(`${path}.1`, 'new\n');
    writeFileSync(path, 'three\n');
    expect(await both()).toEqual(MATCH);
  });

  it('is found by a try that nobody waited for any more', async () => {
    writeFileSync(path, '');
    const file = String(statSync(path).ino);
    const target = { kind: 'log', path, pattern: '^up$', file, offset: 0, pid: 0 } as const;
    appendFileSync(path, 'up\n');
    const memory: Memory = {};
    const left = attempt(target, () => {}, memory);
    await memory.log?.look();
    left.cancel();
    expect(await tried(target, memory)).toEqual(MATCH);
  });

  it('does not begin with the end of one that was cut away', async () => {
    writeFileSync(path, '');
    const look = await looker('^up$');
    writeFileSync(path, 'a line without an end: ');
    expect(await look()).toEqual(NONE);
    writeFileSync(path, 'up\n');
    expect(await look()).toEqual(MATCH);
  });

  it('is found in a log that was cut, or moved elsewhere', async () => {
    writeFileSync(path, 'a long line of before\n');
    const cut = await looker('^up$');
    writeFileSync(path, 'up\n');
    expect(await cut()).toEqual(MATCH);
    const moved = await looker('^up$');
    renameSync(path, join(path, '..', 'elsewhere'));
    writeFileSync(path, 'up\n');
    expect(await moved()).toEqual(MATCH);
  });

  it('is looked at up to its limit', async () => {
    const look = await looker('x$');
    writeFileSync(path, `${'a'.repeat(MAX_LINE - 1)}xy\n`);
    expect(await look()).toEqual(MATCH);
    const longer = await looker('x$');
    appendFileSync(path, `${'a'.repeat(MAX_LINE)}x\n`);
    expect(await longer()).toEqual(lines(1));
  });

  it('is found behind more output than one try reads', async () => {
    const look = await looker('^up$');
    writeFileSync(path, `${`${'x'.repeat(63)}\n`.repeat(MAX_TRY_BYTES / 64)}up\n`);
    expect((await look()).isGood).toBe(false);
    expect(await look()).toEqual(MATCH);
  });

  it('is not looked for in something that is no file', async () => {
    mkdirSync(path);
    const { ino } = statSync(path);
    expect(await tried({ kind: 'log', path, pattern: 'a', file: String(ino), offset: 0, pid: 0 })).toMatchObject({
      isGood: false,
      answer: expect.stringMatching(/^its log cannot be read/),
    });
  });
});

describe('a pattern', () => {
  it('that would take for ever gives up, and stays so', async () => {
    expect(new LinePattern('^(a+)+$').matches([`${'a'.repeat(40)}b`])).toBeNull();
    const look = await looker('^(a+)+$');
    writeFileSync(path, `${'a'.repeat(40)}b\n`);
    const slow = { isGood: false, answer: 'the pattern takes too long to be matched' };
    expect(await look()).toEqual(slow);
    appendFileSync(path, 'aaa\n');
    expect(await look()).toEqual(slow);
  });
});
