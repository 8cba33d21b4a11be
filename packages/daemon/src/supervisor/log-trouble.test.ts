/** Log files that cannot be written: the job keeps running, a bounded part is kept, the rest is dropped and counted, and writing resumes by itself. */
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lookAtLogFolder } from '../places/log-folder.ts';
import { compileInit, loggerOf, SANITIZE } from './testing/compile.ts';
import { eventually, textOf } from './testing/init.ts';
import { logged, MISSING, QUICK, reportsOf, started } from './testing/troubled-logs.ts';

/** The buffer of one file (FILE_BUFFER). */
const KEPT = 128 * 1024;
const AS_ROOT = process.getuid!() === 0;
const NOBODY = 65534;
const [ENXIO, ENOTDIR, EISDIR, EINVAL, EFBIG, ENAMETOOLONG, ELOOP] = [6, 20, 21, 22, 27, 36, 40];

const variants = [
  ['plain', compileInit(QUICK)],
  ['with sanitizers', compileInit(QUICK, ...SANITIZE)],
] as const;
/** Keeps 64 KiB of all processes that have ended. */
const poor = compileInit(QUICK, '-DLOG_KEPT_MAX=65536');

const bytes = (count: number, of = 'x') => `head -c ${count} /dev/zero | tr '\\0' ${of}`;

describe.each(variants)('%s', (_name, program) => {
  test('whatever is wrong with a file, its job keeps running, and the trouble is logged once', async () => {
    const { init, daemon } = await started(program);
    const at = (name: string) => join(init.folder, name);
    mkdirSync(at('folder'));
    writeFileSync(at('file'), '');
    symlinkSync(at('elsewhere'), at('link'));
    execFileSync('mkfifo', [at('fifo')]);
    const cases: [string, number][] = [
      ['n'.repeat(300), ENAMETOOLONG],
      ['folder', EISDIR],
      ['file/log', ENOTDIR],
      ['link', ELOOP],
      ['fifo', ENXIO],
    ];
    if (AS_ROOT) {
      writeFileSync(at('touched'), '');
      chownSync(at('touched'), NOBODY, NOBODY);
      cases.push(['touched', EINVAL]);
    }
    for (const [i, [name]] of cases.entries()) logged(daemon, i + 1, 'seq 100000', at(name));
    for (const [i] of cases.entries()) expect(await daemon.report('exited', i + 1)).toMatchObject({ code: 0 });
    const troubles = reportsOf(daemon, 'log-trouble').map((report) => [
      'path' in report && report.path.slice(init.folder.length + 1),
      'errno' in report && report.errno,
    ]);
    expect(troubles.sort()).toEqual(cases.sort());
    expect(existsSync(at('elsewhere'))).toBe(false);
    // Another run finds the same, which is logged already.
    for (const [i, [name]] of cases.entries()) logged(daemon, i + 11, 'seq 10', at(name));
    for (const [i] of cases.entries()) await daemon.report('exited', i + 11);
    expect(reportsOf(daemon, 'log-trouble')).toHaveLength(cases.length);
  });

  test('what is kept is written once it can be, with a line where something is missing, and the log continues', async () => {
    const { init, daemon, log } = await started(program);
    const go = join(init.folder, 'go');
    mkdirSync(log);
    const written = 40_000;
    logged(daemon, 1, `seq -f 'line %06.0f' ${written}; while [ ! -e ${go} ]; do sleep 0.01; done; echo end`, log);
    await daemon.report('log-dropped');
    const total = written * 'line 000001\r\n'.length;
    await eventually(() =>
      reportsOf(daemon, 'log-dropped').some((report) => 'count' in report && report.count === total - KEPT),
    );
    rmdirSync(log);
    const over = await daemon.report('log-restored');
    expect(over).toMatchObject({ path: log, errno: 0, count: total - KEPT });
    writeFileSync(go, '');
    await daemon.report('exited', 1);
    const text = readFileSync(log, 'latin1');
    const line = MISSING.exec(text);
    expect(line?.slice(1)).toEqual([`${total - KEPT}`, 'Is a directory']);
    const all = Array.from({ length: written }, (_, i) => `line ${String(i + 1).padStart(6, '0')}\r\n`).join('');
    expect(text.slice(0, KEPT) === all.slice(0, KEPT)).toBe(true);
    expect(text.slice(line!.index + line![0].length)).toBe('end\r\n');
  });

  test.each([0, 1])('the bound of what is kept, and %i more', async (more) => {
    const { init, daemon, log } = await started(program);
    const go = join(init.folder, 'go');
    mkdirSync(log);
    logged(daemon, 1, `${bytes(KEPT + more)}; echo > ${go}1; while [ ! -e ${go} ]; do sleep 0.01; done`, log);
    await eventually(() => existsSync(`${go}1`));
    await daemon.report('log-trouble');
    if (more) await daemon.report('log-dropped');
    rmdirSync(log);
    expect(await daemon.report('log-restored')).toMatchObject({ count: more });
    writeFileSync(go, '');
    await daemon.report('exited', 1);
    const line = more ? '\r\ninit: 1 bytes of output are missing here: Is a directory\r\n' : '';
    expect(readFileSync(log, 'latin1') === 'x'.repeat(KEPT) + line).toBe(true);
  });

  test('of all processes that write to a file as much is kept together, in order', async () => {
    const { init, daemon, log } = await started(program);
    mkdirSync(log);
    for (let id = 1; id <= 4; id++) {
      logged(daemon, id, `seq -f '${id} %05.0f' 5000`, log);
      await daemon.report('exited', id);
    }
    logged(daemon, 5, `while [ ! -f ${log} ]; do sleep 0.01; done; echo end`, log);
    await daemon.report('execed', 5);
    rmdirSync(log);
    await daemon.report('exited', 5);
    await daemon.report('log-restored');
    const all = [1, 2, 3, 4]
      .flatMap((id) => Array.from({ length: 5000 }, (_, i) => `${id} ${String(i + 1).padStart(5, '0')}\r\n`))
      .join('');
    const missing = `\r\ninit: ${all.length - KEPT} bytes of output are missing here: Is a directory\r\n`;
    expect(readFileSync(log, 'latin1') === `${all.slice(0, KEPT)}${missing}end\r\n`).toBe(true);
    expect(reportsOf(daemon, 'log-trouble')).toHaveLength(1);
    expect(init.said).toBe('');
  });

  test('a file that may not become any larger', async () => {
    const limit = ['/bin/sh', '-c', 'ulimit -f 160; exec "$@"', 'sh'];
    const { daemon, log } = await started(program, limit);
    logged(daemon, 1, 'seq 100000', log);
    expect(await daemon.report('exited', 1)).toMatchObject({ code: 0 });
    expect(await daemon.report('log-trouble')).toMatchObject({ path: log, errno: EFBIG });
    expect(statSync(log).size).toBe(160 * 512);
    truncateSync(log);
    // There is room for a part of what is kept, then for the rest.
    await eventually(() => statSync(log).size === 160 * 512);
    truncateSync(log);
    expect(await daemon.report('log-restored')).toMatchObject({ errno: 0 });
    expect(readFileSync(log, 'latin1')).toMatch(MISSING);
  });

  test('the folder is made again as it was when it has been removed', async () => {
    const { init, daemon } = await started(program);
    const folder = join(init.folder, 'a/logs');
    const log = join(folder, 'job.log');
    execFileSync('mkdir', ['-p', '-m', '2750', folder]);
    if (AS_ROOT) chownSync(folder, 0, NOBODY);
    execFileSync('chmod', ['2750', folder]);
    let parents = false;
    daemon.supervisor.keepLogFolder(() => lookAtLogFolder(folder, parents));
    const removed = (path: string) => rmSync(path, { recursive: true });
    removed(folder);
    logged(daemon, 1, `echo one; while [ ! -e ${log} ] || [ -d ${log} ]; do sleep 0.01; done`, log);
    await daemon.report('exited', 1);
    // Before that the file is still in trouble, and its next trouble is no news.
    await eventually(() => textOf(log) === 'one\r\n');
    const { mode, gid } = statSync(folder);
    expect([mode & 0o7777, gid]).toEqual([0o2750, AS_ROOT ? NOBODY : process.getgid!()]);
    expect(reportsOf(daemon, 'log-trouble')).toEqual([]);
    // Those above it only when they are init's own; told with the next flush.
    removed(join(init.folder, 'a'));
    logged(daemon, 2, 'echo two', log);
    await daemon.report('exited', 2);
    expect(await daemon.report('log-trouble')).toMatchObject({ path: log, errno: 2 });
    execFileSync('mkdir', ['-p', folder]);
    await daemon.report('log-restored');
    expect(textOf(log)).toBe('two\r\n');
    parents = true;
    daemon.send({ type: 'flush-logs', id: 3 });
    removed(join(init.folder, 'a'));
    logged(daemon, 4, 'echo three', log);
    await daemon.report('exited', 4);
    await eventually(() => textOf(log) === 'three\r\n');
    // Another folder is none of init's to make.
    logged(daemon, 5, 'echo four', join(init.folder, 'b/job.log'));
    await daemon.report('exited', 5);
    expect(existsSync(join(init.folder, 'b'))).toBe(false);
  });

  test.each([
    ['all that is kept', KEPT - 1000, 0, 'kept\r\nmore\r\nend\r\n'],
    [
      'what is missing',
      KEPT + 1000,
      1012,
      '\r\ninit: 1012 bytes of output are missing here: Is a directory\r\nend\r\n',
    ],
  ])('the next image of the supervisor knows of it, and %s', async (_what, count, dropped, rest) => {
    // One with an executable of its own.
    const executable = join(mkdtempSync(join(tmpdir(), 'trouble-')), 'init');
    onTestFinished(() => rmSync(dirname(executable), { recursive: true }));
    copyFileSync(program, executable);
    copyFileSync(loggerOf(program), loggerOf(executable));
    const { init, daemon: first, log } = await started(executable);
    const go = join(init.folder, 'go');
    mkdirSync(log);
    logged(first, 1, `printf x; while [ ! -e ${go} ]; do sleep 0.01; done; echo end`, log);
    await first.report('log-trouble');
    // One after the other: the end of each is reported when its output has been read.
    for (const [id, text] of [
      [2, bytes(count - 1)],
      [3, 'echo kept'],
    ] as const) {
      logged(first, id, text, log);
      await first.report('exited', id);
    }
    first.supervisor.ready();
    first.replace();
    const second = await init.daemon();
    logged(second, 10, 'echo more', log);
    await second.report('exited', 10);
    rmdirSync(log);
    expect(await second.report('log-restored')).toMatchObject({ path: log, errno: 0, count: dropped });
    expect(reportsOf(second, 'log-trouble')).toEqual([]);
    writeFileSync(go, '');
    await second.report('exited', 1);
    expect(readFileSync(log, 'latin1') === 'x'.repeat(Math.min(count, KEPT)) + rest).toBe(true);
  });

  test('a process that is started while its log is in trouble finds it mended', async () => {
    const { daemon, log } = await started(program);
    mkdirSync(log);
    logged(daemon, 1, 'echo one', log);
    await daemon.report('exited', 1);
    await daemon.report('log-trouble');
    rmdirSync(log);
    logged(daemon, 2, 'echo two', log);
    await daemon.report('exited', 2);
    await daemon.report('log-restored');
    expect(textOf(log)).toBe('one\r\ntwo\r\n');
  });
});

test('what is kept of all processes that have ended is bounded; a file of which nothing is kept is given up', async () => {
  const { init, daemon } = await started(poor);
  const count = 200;
  for (let id = 1; id <= count; id++) {
    const log = join(init.folder, `${id}.log`);
    mkdirSync(log);
    logged(daemon, id, bytes(40_000), log);
    if (id === 1) await daemon.report('exited', id);
  }
  for (let id = 2; id <= count; id++) await daemon.report('exited', id);
  await eventually(() => reportsOf(daemon, 'log-trouble').length === count);
  // The first one is kept, and there is no room for others.
  const given = await daemon.report('log-restored');
  expect(given).toMatchObject({ errno: EISDIR, count: 40_000 });
  for (let id = 1; id <= count; id++) rmdirSync(join(init.folder, `${id}.log`));
  await eventually(() => reportsOf(daemon, 'log-restored').length === count);
  const texts = Array.from({ length: count }, (_, i) => textOf(join(init.folder, `${i + 1}.log`)));
  expect(texts[0]).toBe('x'.repeat(40_000));
  expect([...new Set(texts.slice(1))]).toEqual(['']);
});
