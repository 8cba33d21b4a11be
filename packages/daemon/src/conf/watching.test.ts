import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildConfWatch, TestConfiguration } from './testing/configuration.ts';
import { answer, event, IN_Q_OVERFLOW, octal } from './testing/inotify.ts';

let build: string;
let program: string;
let conf: TestConfiguration;
let marks = 0;

beforeAll(() => {
  build = mkdtempSync(join(tmpdir(), 'conf-watch-'));
  program = buildConfWatch(build);
});
afterAll(() => rmSync(build, { recursive: true }));
beforeEach(() => {
  conf = new TestConfiguration();
  mkdirSync(conf.path('conf'));
});
afterEach(() => conf.close());

const usage = (job: string) => conf.jobs.get(job)?.usage;
const has = (job: string, value: string) => conf.until(() => usage(job) === value);
const unknown = (job: string) => conf.until(() => !conf.jobs.has(job));

/** Resolves when everything that has been done so far has been noticed. */
async function noticed(directory = 'conf'): Promise<void> {
  const name = `mark${++marks}`;
  conf.write(`${directory}/${name}.conf`, '');
  await conf.until(() => conf.jobs.has(name));
  conf.jobs.delete(name);
}

async function watch(...sources: string[]): Promise<void> {
  conf.load(sources, { watch: true, watcher: program });
  await noticed();
}

describe.each(['conf-watch', 'fs.watch'])('with %s', (how) => {
  const watch = async (...sources: string[]) => {
    conf.load(sources, { watch: true, watcher: how === 'conf-watch' ? program : null });
    await noticed();
  };

  test('files are written, changed, replaced, renamed and deleted', async () => {
    await watch('conf');
    conf.write('conf/svc.conf', 'usage one');
    await has('svc', 'one');
    conf.write('conf/svc.conf', 'usage two');
    await has('svc', 'two');
    appendFileSync(conf.path('conf/svc.conf'), '\nusage three');
    await has('svc', 'three');
    conf.write('new.tmp', 'usage four');
    renameSync(conf.path('new.tmp'), conf.path('conf/svc.conf'));
    await has('svc', 'four');
    renameSync(conf.path('conf/svc.conf'), conf.path('conf/renamed.conf'));
    await has('renamed', 'four');
    await unknown('svc');
    copyFileSync(conf.path('conf/renamed.conf'), conf.path('conf/copy.conf'));
    await has('copy', 'four');
    renameSync(conf.path('conf/copy.conf'), conf.path('copy.conf'));
    await unknown('copy');
    unlinkSync(conf.path('conf/renamed.conf'));
    await unknown('renamed');
  });

  test('an unchanged file that is written again is reported again', async () => {
    conf.write('conf/svc.conf', 'usage same');
    await watch('conf');
    const before = conf.jobs.get('svc');
    conf.write('conf/svc.conf', 'usage same');
    await conf.until(() => conf.jobs.get('svc') !== before);
    expect(conf.jobs.get('svc')).toEqual(before);
  });

  test('a file that breaks is gone, and back when it is mended', async () => {
    conf.write('conf/svc.conf', 'usage good');
    await watch('conf');
    conf.write('conf/svc.conf', 'usage good\nbogus');
    await unknown('svc');
    expect(conf.errors).toContain('conf/svc.conf:2: Unknown stanza');
    conf.write('conf/svc.conf', 'usage mended');
    await has('svc', 'mended');
  });

  test('overrides come, change, break and go', async () => {
    conf.write('conf/svc.override', 'usage lone');
    await watch('conf', 'vendor');
    expect(conf.jobs.has('svc')).toBe(false);
    conf.write('conf/svc.conf', 'usage conf');
    await has('svc', 'lone');
    conf.write('conf/svc.override', 'usage changed');
    await has('svc', 'changed');
    conf.write('conf/svc.override', 'usage broken\nbogus');
    await has('svc', 'conf');
    renameSync(conf.path('conf/svc.override'), conf.path('conf/other.override'));
    conf.write('conf/other.override', 'usage other');
    conf.write('conf/other.conf', '');
    await has('other', 'other');
    unlinkSync(conf.path('conf/other.override'));
    await conf.until(() => usage('other') === null);
  });

  test('directories come, with and without jobs in them, move and go', async () => {
    await watch('conf');
    mkdirSync(conf.path('conf/sub/deep'), { recursive: true });
    conf.write('conf/sub/deep/job.conf', 'usage deep');
    await has('sub/deep/job', 'deep');
    conf.write('tree/leaf/job.conf', 'usage leaf');
    renameSync(conf.path('tree'), conf.path('conf/tree'));
    await has('tree/leaf/job', 'leaf');
    conf.write('conf/tree/leaf/job.conf', 'usage changed');
    await has('tree/leaf/job', 'changed');
    renameSync(conf.path('conf/tree'), conf.path('conf/moved'));
    await has('moved/leaf/job', 'changed');
    await unknown('tree/leaf/job');
    conf.write('conf/moved/leaf/job.conf', 'usage again');
    await has('moved/leaf/job', 'again');
    expect(conf.jobs.has('tree/leaf/job')).toBe(false);
    renameSync(conf.path('conf/moved'), conf.path('away'));
    await unknown('moved/leaf/job');
    rmSync(conf.path('conf/sub'), { recursive: true });
    await unknown('sub/deep/job');
  });

  test('a directory that takes the place of another', async () => {
    conf.write('conf/sub/old.conf', 'usage old');
    await watch('conf');
    for (const round of ['one', 'two', 'three']) {
      rmSync(conf.path('conf/sub'), { recursive: true });
      conf.write('conf/sub/new.conf', `usage ${round}`);
      await has('sub/new', round);
      conf.write('conf/sub/new.conf', `usage ${round}-changed`);
      await has('sub/new', `${round}-changed`);
    }
    expect(conf.jobs.has('sub/old')).toBe(false);
  });

  test('what a higher directory hides shows through when it goes', async () => {
    for (const source of ['first', 'conf', 'last']) conf.write(`${source}/job.conf`, `usage ${source}`);
    await watch('first', 'conf', 'last');
    expect(usage('job')).toBe('first');
    unlinkSync(conf.path('first/job.conf'));
    await has('job', 'conf');
    conf.write('conf/job.conf', 'bogus');
    await has('job', 'last');
    conf.write('first/job.conf', 'usage back');
    await has('job', 'back');
    conf.write('last/job.conf', 'usage unseen');
    const { length } = conf.told;
    await noticed();
    expect(conf.told.slice(length)).not.toContain('job');
  });

  test('a directory that does not exist yet', async () => {
    await watch('conf', 'far/off/extra');
    mkdirSync(conf.path('far'));
    await noticed();
    mkdirSync(conf.path('far/off'));
    await noticed();
    rmSync(conf.path('far'), { recursive: true });
    await noticed();
    conf.write('far/off/extra/job.conf', 'usage there');
    await has('job', 'there');
    conf.write('far/off/extra/job.conf', 'usage changed');
    await has('job', 'changed');
  });

  test('a whole source that moves away keeps its jobs until another takes its place', async () => {
    conf.write('extra/gone.conf', 'usage old');
    conf.write('extra/job.conf', 'usage old');
    await watch('conf', 'extra');
    renameSync(conf.path('extra'), conf.path('elsewhere'));
    await conf.until(() => conf.log.includes('warn: extra: Configuration directory deleted'));
    conf.write('elsewhere/gone.conf', 'usage changed-elsewhere');
    await noticed();
    expect(usage('gone')).toBe('old');
    conf.write('other/job.conf', 'usage new');
    renameSync(conf.path('other'), conf.path('extra'));
    await has('job', 'new');
    await unknown('gone');
  });

  test('links are noticed', async () => {
    conf.write('target', 'usage linked');
    await watch('conf');
    linkSync(conf.path('target'), conf.path('conf/hard.conf'));
    await has('hard', 'linked');
    symlinkSync('../target', conf.path('conf/soft.conf'));
    await has('soft', 'linked');
    unlinkSync(conf.path('conf/soft.conf'));
    await unknown('soft');
  });

  test('a thousand files at once', async () => {
    await watch('conf');
    for (let i = 0; i < 1000; i++) conf.write(`conf/burst${i}.conf`, `usage ${i}`);
    await conf.until(() => usage('burst999') === '999');
    for (let i = 0; i < 1000; i++) expect(usage(`burst${i}`)).toBe(String(i));
    rmSync(conf.path('conf'), { recursive: true });
    await conf.until(() => conf.jobs.size === 0);
  });
});

test('a file that is open for writing does not count until it is closed', async () => {
  await watch('conf');
  const fd = openSync(conf.path('conf/open.conf'), 'w');
  writeSync(fd, 'usage early');
  await noticed();
  expect(conf.told).not.toContain('open');
  closeSync(fd);
  await has('open', 'early');
});

test('what has been written counts once everything is settled', async () => {
  const configuration = conf.load(['conf'], { watch: true, watcher: program });
  for (let round = 0; round < 50; round++) {
    conf.write(`conf/dir${round}/deep/job.conf`, 'usage early');
    await configuration.settled();
    expect(usage(`dir${round}/deep/job`)).toBe('early');
    conf.write(`conf/dir${round}/deep/job.conf`, 'usage changed');
    await configuration.settled();
    expect(usage(`dir${round}/deep/job`)).toBe('changed');
  }
  configuration.close();
  await configuration.settled();
});

test('nobody waits for a watcher that has ended', async () => {
  const configuration = conf.load(['conf'], { watch: true, watcher: standIn('exit 1') });
  const settled = configuration.settled();
  conf.write('go', '');
  await settled;
  conf.write('conf/job.conf', 'usage seen');
  await has('job', 'seen');
  await configuration.settled();
});

test('one directory in two sources', async () => {
  symlinkSync('conf', conf.path('link'));
  await watch('link', 'conf');
  conf.write('conf/job.conf', 'usage both');
  await has('job', 'both');
  expect(conf.jobs.get('job')?.path).toBe(conf.path('link/job.conf'));
  unlinkSync(conf.path('link'));
  conf.write('conf/job.conf', 'usage changed');
  await noticed();
  expect(conf.jobs.has('job')).toBe(true);
});

test('a folder behind a link that is made to lead elsewhere is seen, and edited, from the next reading on', async () => {
  conf.write('one/conf/job.conf', 'usage one');
  conf.write('one/conf/deep/job.conf', 'usage one');
  conf.write('two/conf/job.conf', 'usage two');
  conf.write('two/conf/deep/job.conf', 'usage two');
  symlinkSync('one', conf.path('link'));
  const configuration = conf.load(['link/conf'], { watch: true, watcher: program });
  await noticed('one/conf');
  unlinkSync(conf.path('link'));
  symlinkSync('two', conf.path('link'));
  configuration.reload();
  expect(conf.usages()).toEqual({ job: 'two', 'deep/job': 'two' });
  await configuration.settled();
  conf.write('two/conf/job.conf', 'usage edited');
  conf.write('two/conf/deep/other.conf', 'usage edited');
  await has('job', 'edited');
  await has('deep/other', 'edited');
  conf.write('one/conf/late.conf', 'usage late');
  await noticed('two/conf');
  expect(conf.jobs.has('late')).toBe(false);
});

test('a file in place of a folder is no folder, and is complained about when all is read again', async () => {
  const configuration = conf.load(['conf'], { watch: true, watcher: program });
  await configuration.settled();
  rmSync(conf.path('conf'), { recursive: true });
  writeFileSync(conf.path('conf'), '');
  await conf.until(() => conf.log.some((line) => line.includes('Configuration directory deleted')));
  await configuration.settled();
  expect(conf.log.filter((line) => line.includes('Unable to load'))).toEqual([]);
  configuration.reload();
  const complaint = 'error: conf: Unable to load configuration: Not a directory';
  expect(conf.log.filter((line) => line.includes('Unable to load'))).toEqual([complaint]);
  rmSync(conf.path('conf'));
  conf.write('conf/job.conf', 'usage back');
  await has('job', 'back');
});

test('fs.watch takes over where conf-watch cannot run', async () => {
  conf.write('conf/svc.conf', 'usage one');
  conf.load(['conf'], { watch: true, watcher: '/nonexistent/conf-watch' });
  await conf.until(() => conf.log.some((line) => line.startsWith('warn')));
  expect(conf.log).toContain(
    'warn: /nonexistent/conf-watch: Unable to watch configuration with this program: No such file or directory',
  );
  conf.write('conf/svc.conf', 'usage two');
  await has('svc', 'two');
});

/** The pids of the helpers that this process has. */
function helpers(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ').filter(Boolean);
  return children.map(Number).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'latin1') === 'conf-watch\n');
}

test('a helper that was stopped is continued, which is logged once', async () => {
  await watch('conf');
  await vi.waitFor(() => expect(helpers()).toHaveLength(1), { timeout: 20_000 });
  for (const round of ['one', 'two']) {
    process.kill(helpers()[0] as number, 'SIGSTOP');
    conf.write('conf/job.conf', `usage ${round}`);
    await has('job', round);
  }
  expect(conf.log.filter((line) => line.includes('was stopped by a signal and has been continued'))).toHaveLength(1);
});

test('a helper that is killed is started again, and the fourth time in a minute fs.watch has to do', async () => {
  await watch('conf');
  // That of the test before may be about to end.
  await vi.waitFor(() => expect(helpers()).toHaveLength(1), { timeout: 20_000 });
  for (let death = 1; death <= 4; death++) {
    const [helper] = helpers();
    process.kill(helper as number, 'SIGKILL');
    conf.write('conf/job.conf', `usage ${death}`);
    await has('job', String(death));
    appendFileSync(conf.path('conf/job.conf'), '-edited');
    await has('job', `${death}-edited`);
    expect(helpers()).not.toContain(helper);
  }
  expect(helpers()).toEqual([]);
  expect(conf.helpers).toBe(4);
  const warnings = conf.log.filter((line) => line.startsWith('warn'));
  expect(warnings.map((line) => line.replace(/^.*: /, ''))).toEqual([
    ...Array(3).fill('This program, which watches configuration, ended with SIGKILL; it is started again'),
    'ended with SIGKILL',
  ]);
});

test('a helper that does not answer keeps nobody waiting for long, and what was written counts', async () => {
  const configuration = conf.load(['conf', 'late'], { watch: true, watcher: standIn('') });
  conf.write('conf/job.conf', 'usage one');
  conf.write('late/other.conf', 'usage two');
  await configuration.settled();
  expect(conf.usages()).toEqual({ job: 'one', other: 'two' });
  conf.write('go', '');
});

/** A stand-in for conf-watch that writes something once the file `go` is there. */
function standIn(writes: string): string {
  const path = conf.path('stand-in');
  conf.write('stand-in', `#!/bin/sh\nuntil [ -e '${conf.path('go')}' ]; do :; done\n${writes}\nread wait\n`);
  chmodSync(path, 0o755);
  return path;
}

test('lost events are made up for by looking at everything', async () => {
  for (const job of ['kept', 'changed', 'deleted', 'sub/job']) conf.write(`conf/${job}.conf`, 'usage old');
  conf.load(['conf', 'late'], { watch: true, watcher: standIn(`printf '${octal(event(-1, IN_Q_OVERFLOW))}'`) });
  const kept = conf.jobs.get('kept');
  conf.write('conf/changed.conf', 'usage changed');
  conf.write('conf/new/job.conf', 'usage new');
  rmSync(conf.path('conf/deleted.conf'));
  rmSync(conf.path('conf/sub'), { recursive: true });
  conf.write('go', '');
  await has('new/job', 'new');
  expect(conf.usages()).toEqual({ kept: 'old', changed: 'changed', 'new/job': 'new' });
  expect(conf.jobs.get('kept')).toBe(kept);
});

test('a directory that cannot be watched is named', async () => {
  conf.load(['conf'], { watch: true, watcher: standIn(`printf '${octal(answer(-28))}'`) });
  conf.write('go', '');
  const warning = 'warn: conf: Unable to watch configuration directory: No space left on device';
  await conf.until(() => conf.log.includes(warning));
});
