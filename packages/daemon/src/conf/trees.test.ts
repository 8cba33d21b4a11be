import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_DEPTH, MAX_FOLDERS, MAX_LINKED } from './source.ts';
import { TestConfiguration } from './testing/configuration.ts';

let conf: TestConfiguration;

beforeEach(() => {
  conf = new TestConfiguration();
});

afterEach(() => conf.close());

describe('trees of folders', () => {
  const LEFT_OUT = 'Unable to load configuration:';

  test('as deep as the limit are read, and what is deeper is left out with one line', () => {
    const level = (depth: number) => `conf${'/d'.repeat(depth)}`;
    for (const depth of [0, MAX_DEPTH, MAX_DEPTH + 1]) conf.write(`${level(depth)}/job.conf`, `usage ${depth}`);
    // Node's own mkdir overflows its stack on that many.
    execFileSync('mkdir', ['-p', conf.path(level(1950))]);
    conf.load(['conf']);
    expect(Object.values(conf.usages()).sort()).toEqual(['0', `${MAX_DEPTH}`]);
    const reason = `Directories nested too deep, expected at most ${MAX_DEPTH} levels`;
    expect(conf.log).toContain(`error: ${level(MAX_DEPTH + 1)}: ${LEFT_OUT} ${reason}`);
    expect(conf.log.filter((line) => line.includes(LEFT_OUT))).toHaveLength(1);
  });

  test('that are linked crosswise are read as far as the limit, with one line', () => {
    const names = [...'abcdefg'];
    for (const name of names) {
      conf.write(`conf/${name}/job.conf`, `usage ${name}`);
      for (const other of names) {
        if (other !== name) symlinkSync(`../${other}`, conf.path(`conf/${name}/${other}.conf`));
      }
    }
    conf.load(['conf']);
    expect(conf.jobs.size).toBe(names.length + MAX_LINKED);
    for (const name of names) expect(conf.jobs.get(`${name}/job`)?.usage).toBe(name);
    const lines = conf.log.filter((line) => line.includes(LEFT_OUT));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/: Directory loop detected; \d+ more directories are left out$/);
  });

  test('may have as many links to folders as the limit says', () => {
    conf.write('target/job.conf', 'usage linked');
    conf.write('conf/job.conf', '');
    for (let i = 0; i < MAX_LINKED; i++)
      symlinkSync('../target', conf.path(`conf/l${String(i).padStart(4, '0')}.conf`));
    const configuration = conf.load(['conf']);
    expect(conf.jobs.size).toBe(1 + MAX_LINKED);
    expect(conf.log.filter((line) => line.includes(LEFT_OUT))).toEqual([]);
    symlinkSync('../target', conf.path('conf/z.conf'));
    configuration.reload();
    expect(conf.jobs.has('z.conf/job')).toBe(false);
    const reason = `Too many directories reached through links, expected at most ${MAX_LINKED}`;
    expect(conf.log).toContain(`error: conf/z.conf: ${LEFT_OUT} ${reason}`);
    rmSync(conf.path('conf/l0000.conf'));
    configuration.reload();
    expect(conf.jobs.has('z.conf/job')).toBe(true);
  });

  test('may have as many folders as the limit says', () => {
    const names = Array.from({ length: MAX_FOLDERS - 1 }, (_, i) => `d${String(i).padStart(4, '0')}`);
    for (const name of names) mkdirSync(conf.path(`conf/${name}`), { recursive: true });
    conf.write(`conf/${names.at(-1)}/job.conf`, '');
    conf.write('conf/z/job.conf', '');
    conf.load(['conf']);
    expect([...conf.jobs.keys()]).toEqual([`${names.at(-1)}/job`]);
    const reason = `Too many directories, expected at most ${MAX_FOLDERS}`;
    expect(conf.log).toContain(`error: conf/z: ${LEFT_OUT} ${reason}`);
  }, 120_000);
});
