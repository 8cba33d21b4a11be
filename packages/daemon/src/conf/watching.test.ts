/** Changes of job files and folders are noticed, by conf-watch and by fs.watch alike. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildConfWatch } from './testing/configuration.ts';
import { WatchedConfiguration } from './testing/watched.ts';

let build: string;
let program: string;
let conf: WatchedConfiguration;

beforeAll(() => {
  build = mkdtempSync(join(tmpdir(), 'conf-watch-'));
  program = buildConfWatch(build);
});
afterAll(() => rmSync(build, { recursive: true }));
beforeEach(() => {
  conf = new WatchedConfiguration();
});
afterEach(() => conf.close());

describe.each(['conf-watch', 'fs.watch'])('with %s', (how) => {
  const watcher = () => (how === 'conf-watch' ? program : null);

  test('files are written, changed, replaced, renamed and deleted', async () => {
    await conf.watch(watcher(), 'conf');
    conf.write('conf/svc.conf', 'usage one');
    await conf.has('svc', 'one');
    conf.write('conf/svc.conf', 'usage two');
    await conf.has('svc', 'two');
    appendFileSync(conf.path('conf/svc.conf'), '\nusage three');
    await conf.has('svc', 'three');
    conf.write('new.tmp', 'usage four');
    renameSync(conf.path('new.tmp'), conf.path('conf/svc.conf'));
    await conf.has('svc', 'four');
    renameSync(conf.path('conf/svc.conf'), conf.path('conf/renamed.conf'));
    await conf.has('renamed', 'four');
    await conf.unknown('svc');
    copyFileSync(conf.path('conf/renamed.conf'), conf.path('conf/copy.conf'));
    await conf.has('copy', 'four');
    renameSync(conf.path('conf/copy.conf'), conf.path('copy.conf'));
    await conf.unknown('copy');
    unlinkSync(conf.path('conf/renamed.conf'));
    await conf.unknown('renamed');
  });

  test('an unchanged file that is written again is reported again', async () => {
    conf.write('conf/svc.conf', 'usage same');
    await conf.watch(watcher(), 'conf');
    const before = conf.jobs.get('svc');
    conf.write('conf/svc.conf', 'usage same');
    await conf.until(() => conf.jobs.get('svc') !== before);
    expect(conf.jobs.get('svc')).toEqual(before);
  });

  test('a file that breaks is gone, and back when it is mended', async () => {
    conf.write('conf/svc.conf', 'usage good');
    await conf.watch(watcher(), 'conf');
    conf.write('conf/svc.conf', 'usage good\nbogus');
    await conf.unknown('svc');
    expect(conf.errors).toContain('conf/svc.conf:2: Unknown stanza');
    conf.write('conf/svc.conf', 'usage mended');
    await conf.has('svc', 'mended');
  });

  test('overrides come, change, break and go', async () => {
    conf.write('conf/svc.override', 'usage lone');
    await conf.watch(watcher(), 'conf', 'vendor');
    expect(conf.jobs.has('svc')).toBe(false);
    conf.write('conf/svc.conf', 'usage conf');
    await conf.has('svc', 'lone');
    conf.write('conf/svc.override', 'usage changed');
    await conf.has('svc', 'changed');
    conf.write('conf/svc.override', 'usage broken\nbogus');
    await conf.has('svc', 'conf');
    renameSync(conf.path('conf/svc.override'), conf.path('conf/other.override'));
    conf.write('conf/other.override', 'usage other');
    conf.write('conf/other.conf', '');
    await conf.has('other', 'other');
    unlinkSync(conf.path('conf/other.override'));
    await conf.until(() => conf.usage('other') === null);
  });

  test('directories come, with and without jobs in them, move and go', async () => {
    await conf.watch(watcher(), 'conf');
    mkdirSync(conf.path('conf/sub/deep'), { recursive: true });
    conf.write('conf/sub/deep/job.conf', 'usage deep');
    await conf.has('sub/deep/job', 'deep');
    conf.write('tree/leaf/job.conf', 'usage leaf');
    renameSync(conf.path('tree'), conf.path('conf/tree'));
    await conf.has('tree/leaf/job', 'leaf');
    conf.write('conf/tree/leaf/job.conf', 'usage changed');
    await conf.has('tree/leaf/job', 'changed');
    renameSync(conf.path('conf/tree'), conf.path('conf/moved'));
    await conf.has('moved/leaf/job', 'changed');
    await conf.unknown('tree/leaf/job');
    conf.write('conf/moved/leaf/job.conf', 'usage again');
    await conf.has('moved/leaf/job', 'again');
    expect(conf.jobs.has('tree/leaf/job')).toBe(false);
    renameSync(conf.path('conf/moved'), conf.path('away'));
    await conf.unknown('moved/leaf/job');
    rmSync(conf.path('conf/sub'), { recursive: true });
    await conf.unknown('sub/deep/job');
  });

  test('a directory that takes the place of another', async () => {
    conf.write('conf/sub/old.conf', 'usage old');
    await conf.watch(watcher(), 'conf');
    for (const round of ['one', 'two', 'three']) {
      rmSync(conf.path('conf/sub'), { recursive: true });
      conf.write('conf/sub/new.conf', `usage ${round}`);
      await conf.has('sub/new', round);
      conf.write('conf/sub/new.conf', `usage ${round}-changed`);
      await conf.has('sub/new', `${round}-changed`);
    }
    expect(conf.jobs.has('sub/old')).toBe(false);
  });

  test('what a higher directory hides shows through when it goes', async () => {
    for (const source of ['first', 'conf', 'last']) conf.write(`${source}/job.conf`, `usage ${source}`);
    await conf.watch(watcher(), 'first', 'conf', 'last');
    expect(conf.usage('job')).toBe('first');
    unlinkSync(conf.path('first/job.conf'));
    await conf.has('job', 'conf');
    conf.write('conf/job.conf', 'bogus');
    await conf.has('job', 'last');
    conf.write('first/job.conf', 'usage back');
    await conf.has('job', 'back');
    conf.write('last/job.conf', 'usage unseen');
    const { length } = conf.told;
    await conf.noticed();
    expect(conf.told.slice(length)).not.toContain('job');
  });

  test('a directory that does not exist yet', async () => {
    await conf.watch(watcher(), 'conf', 'far/off/extra');
    mkdirSync(conf.path('far'));
    await conf.noticed();
    mkdirSync(conf.path('far/off'));
    await conf.noticed();
    rmSync(conf.path('far'), { recursive: true });
    await conf.noticed();
    conf.write('far/off/extra/job.conf', 'usage there');
    await conf.has('job', 'there');
    conf.write('far/off/extra/job.conf', 'usage changed');
    await conf.has('job', 'changed');
  });

  test('a whole source that moves away keeps its jobs until another takes its place', async () => {
    conf.write('extra/gone.conf', 'usage old');
    conf.write('extra/job.conf', 'usage old');
    await conf.watch(watcher(), 'conf', 'extra');
    renameSync(conf.path('extra'), conf.path('elsewhere'));
    await conf.until(() => conf.log.includes('warn: extra: Configuration directory deleted'));
    conf.write('elsewhere/gone.conf', 'usage changed-elsewhere');
    await conf.noticed();
    expect(conf.usage('gone')).toBe('old');
    conf.write('other/job.conf', 'usage new');
    renameSync(conf.path('other'), conf.path('extra'));
    await conf.has('job', 'new');
    await conf.unknown('gone');
  });

  test('links are noticed', async () => {
    conf.write('target', 'usage linked');
    await conf.watch(watcher(), 'conf');
    linkSync(conf.path('target'), conf.path('conf/hard.conf'));
    await conf.has('hard', 'linked');
    symlinkSync('../target', conf.path('conf/soft.conf'));
    await conf.has('soft', 'linked');
    unlinkSync(conf.path('conf/soft.conf'));
    await conf.unknown('soft');
  });

  test('a thousand files at once', async () => {
    await conf.watch(watcher(), 'conf');
    for (let i = 0; i < 1000; i++) conf.write(`conf/burst${i}.conf`, `usage ${i}`);
    await conf.until(() => conf.usage('burst999') === '999');
    for (let i = 0; i < 1000; i++) expect(conf.usage(`burst${i}`)).toBe(String(i));
    rmSync(conf.path('conf'), { recursive: true });
    await conf.until(() => conf.jobs.size === 0);
  });
});

test('a file that is open for writing does not count until it is closed', async () => {
  await conf.watch(program, 'conf');
  const fd = openSync(conf.path('conf/open.conf'), 'w');
  writeSync(fd, 'usage early');
  await conf.noticed();
  expect(conf.told).not.toContain('open');
  closeSync(fd);
  await conf.has('open', 'early');
});

test('what has been written counts once everything is settled', async () => {
  const configuration = conf.load(['conf'], { watch: true, watcher: program });
  for (let round = 0; round < 50; round++) {
    conf.write(`conf/dir${round}/deep/job.conf`, 'usage early');
    await configuration.settled();
    expect(conf.usage(`dir${round}/deep/job`)).toBe('early');
    conf.write(`conf/dir${round}/deep/job.conf`, 'usage changed');
    await configuration.settled();
    expect(conf.usage(`dir${round}/deep/job`)).toBe('changed');
  }
  configuration.close();
  await configuration.settled();
});

test('one directory in two sources', async () => {
  symlinkSync('conf', conf.path('link'));
  await conf.watch(program, 'link', 'conf');
  conf.write('conf/job.conf', 'usage both');
  await conf.has('job', 'both');
  expect(conf.jobs.get('job')?.path).toBe(conf.path('link/job.conf'));
  unlinkSync(conf.path('link'));
  conf.write('conf/job.conf', 'usage changed');
  await conf.noticed();
  expect(conf.jobs.has('job')).toBe(true);
});

test('a folder behind a link that is made to lead elsewhere is seen, and edited, from the next reading on', async () => {
  conf.write('one/conf/job.conf', 'usage one');
  conf.write('one/conf/deep/job.conf', 'usage one');
  conf.write('two/conf/job.conf', 'usage two');
  conf.write('two/conf/deep/job.conf', 'usage two');
  symlinkSync('one', conf.path('link'));
  const configuration = conf.load(['link/conf'], { watch: true, watcher: program });
  await conf.noticed('one/conf');
  unlinkSync(conf.path('link'));
  symlinkSync('two', conf.path('link'));
  configuration.reload();
  expect(conf.usages()).toEqual({ job: 'two', 'deep/job': 'two' });
  await configuration.settled();
  conf.write('two/conf/job.conf', 'usage edited');
  conf.write('two/conf/deep/other.conf', 'usage edited');
  await conf.has('job', 'edited');
  await conf.has('deep/other', 'edited');
  conf.write('one/conf/late.conf', 'usage late');
  await conf.noticed('two/conf');
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
  await conf.has('job', 'back');
});

test('fs.watch takes over where conf-watch cannot run', async () => {
  conf.write('conf/svc.conf', 'usage one');
  conf.load(['conf'], { watch: true, watcher: '/nonexistent/conf-watch' });
  await conf.until(() => conf.log.some((line) => line.startsWith('warn')));
  expect(conf.log).toContain(
    'warn: /nonexistent/conf-watch: Unable to watch configuration with this program: No such file or directory',
  );
  conf.write('conf/svc.conf', 'usage two');
  await conf.has('svc', 'two');
});
