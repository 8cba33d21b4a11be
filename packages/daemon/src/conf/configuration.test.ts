import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { encodeText } from '@upstart/common';
import { MAX_JOB_FILE_SIZE } from '@upstart/job-language';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMMON_BYTES } from './job-file.ts';
import { TestConfiguration } from './testing/configuration.ts';

let conf: TestConfiguration;

beforeEach(() => {
  conf = new TestConfiguration();
});

afterEach(() => conf.close());

describe('files that count', () => {
  test('have the suffix and are no hidden suffix', () => {
    const counted = ['plain', 'a.b', 'two words', 'UPPER.CONF', '.foo', '.#foo', 'gr\u00fc\u00df'];
    for (const name of counted) conf.write(`conf/${name}.conf`, '');
    for (const name of [
      '.conf',
      'conf',
      'noext',
      'a.conf~',
      'a.conf.bak',
      'a.conf.dpkg-new',
      'upper.CONF',
      'a.override',
    ])
      conf.write(`conf/${name}`, '');
    conf.load(['conf']);
    expect(new Set(conf.jobs.keys())).toEqual(new Set(counted));
  });

  test('may lie in directories, except those of other tools', () => {
    for (const name of ['net/web', 'net/deep/er', 'dir.conf/inner', 'x.override/y', 'swp/z'])
      conf.write(`conf/${name}.conf`, '');
    const ignored = [
      '.git',
      'CVS',
      'old~',
      'x.bak',
      'x.BAK',
      '#x#',
      'a.swp',
      'a.swo',
      'a.swn',
      'RCS',
      'CVS.adm',
      'SCCS',
    ];
    const more = ['.#x', 'x,v', 'BitKeeper', '{arch}', '_darcs', 'p.dpkg-new', 'p.rpmsave', 'p.rpmorig', 'p;0123abCD'];
    for (const name of [...ignored, ...more]) conf.write(`conf/${name}/hidden.conf`, '');
    conf.load(['conf']);
    expect([...conf.jobs.keys()].sort()).toEqual(['dir.conf/inner', 'net/deep/er', 'net/web', 'swp/z', 'x.override/y']);
  });

  test('may be links to files, and to directories that are named like files', () => {
    conf.write('conf/plain.conf', 'usage plain');
    conf.write('elsewhere/job.conf', 'usage elsewhere');
    conf.write('conf/plain.real', 'usage linked');
    symlinkSync('plain.conf', conf.path('conf/link.conf'));
    symlinkSync('nowhere.conf', conf.path('conf/dangling.conf'));
    symlinkSync('self.conf', conf.path('conf/self.conf'));
    symlinkSync('plain.real', conf.path('conf/plain.override'));
    symlinkSync('../elsewhere', conf.path('conf/dir.conf'));
    symlinkSync('../elsewhere', conf.path('conf/dir'));
    symlinkSync('.', conf.path('elsewhere/loop.conf'));
    conf.load(['conf']);
    expect(conf.usages()).toEqual({ plain: 'plain', link: 'plain', 'dir.conf/job': 'elsewhere' });
    expect(conf.log).toContain('error: conf/dir.conf/loop.conf: Unable to load configuration: Directory loop detected');
  });

  test('are regular files: a FIFO holds nobody up', () => {
    mkdirSync(conf.path('conf'));
    execFileSync('mkfifo', [conf.path('conf/fifo.conf')]);
    symlinkSync('fifo.conf', conf.path('conf/link.conf'));
    conf.write('conf/plain.conf', '');
    conf.load(['conf']);
    expect([...conf.jobs.keys()]).toEqual(['plain']);
  });

  test('may have names and texts that are no UTF-8', () => {
    mkdirSync(conf.path('conf'));
    writeFileSync(encodeText(conf.path('conf/b\udcffd.conf')), encodeText('usage caf\udce9'));
    conf.write('conf/plain.conf', '');
    conf.load(['conf']);
    expect(conf.usages()).toEqual({ 'b\udcffd': 'caf\udce9', plain: null });
  });
});

describe('several sources', () => {
  test('the first one that has a job provides it', () => {
    for (const source of ['a', 'b', 'c']) conf.write(`${source}/all.conf`, `usage ${source}`);
    conf.write('b/some.conf', 'usage b');
    conf.write('c/some.conf', 'usage c');
    conf.write('a/some.conf', 'bogus');
    conf.load(['a', 'missing', 'b', 'c']);
    expect(conf.usages()).toEqual({ all: 'a', some: 'b' });
    expect(conf.errors).toEqual(['a/some.conf:1: Unknown stanza']);
    expect(conf.jobs.get('some')?.path).toBe(conf.path('b/some.conf'));
  });

  test('the first override up to the directory of the conf file counts', () => {
    for (const job of ['a', 'b', 'c', 'd']) conf.write(`vendor/${job}.conf`, 'usage vendor\nenv X=vendor');
    conf.write('conf/a.override', 'usage conf-override');
    conf.write('site/b.override', 'usage site-override');
    conf.write('vendor/c.override', 'usage vendor-override');
    conf.write('conf/d.override', 'usage conf-override');
    conf.write('site/d.override', 'env Y=site');
    conf.write('site/e.conf', 'usage site');
    conf.write('vendor/e.override', 'usage vendor-override');
    conf.write('conf/lone.override', 'bogus');
    conf.load(['conf', 'site', 'vendor']);
    expect(conf.usages()).toEqual({
      a: 'conf-override',
      b: 'site-override',
      c: 'vendor-override',
      d: 'conf-override',
      e: 'site',
    });
    expect(conf.jobs.get('d')?.env).toEqual(['X=vendor']);
    expect(conf.errors).toEqual([]);
  });
});

describe('broken files', () => {
  test('the place that takes the `start on` away is known', () => {
    conf.write('conf/off.conf', 'start on go\n');
    conf.write('conf/off.override', '# no\nmanual\n');
    conf.write('conf/alone.conf', 'start on go\nmanual\n');
    conf.write('conf/again.conf', 'start on go\nmanual\n');
    conf.write('conf/again.override', 'start on other\n');
    conf.write('conf/broken.conf', 'start on go\n');
    conf.write('conf/broken.override', 'manual\nbogus\n');
    conf.write('conf/never.conf', 'exec never\n');
    const configuration = conf.load(['conf']);
    const place = (path: string, line: number) => ({ path: conf.path(path), line });
    expect(configuration.switchedOff('off')).toEqual(place('conf/off.override', 2));
    expect(configuration.switchedOff('alone')).toEqual(place('conf/alone.conf', 2));
    for (const name of ['again', 'broken', 'never', 'unknown']) expect(configuration.switchedOff(name)).toBeNull();
    rmSync(conf.path('conf/off.override'));
    configuration.reload();
    expect(configuration.switchedOff('off')).toBeNull();
  });

  test('a broken override leaves the conf file alone', () => {
    conf.write('conf/svc.conf', 'usage conf\nstart on a');
    conf.write('conf/svc.override', 'usage override\nbogus');
    const broken = conf.load(['conf']).broken();
    expect(conf.usages()).toEqual({ svc: 'conf' });
    expect(conf.errors).toEqual(['conf/svc.override:2: Unknown stanza']);
    expect(broken).toMatchObject([
      { path: conf.path('conf/svc.override'), job: 'svc', line: 2, message: 'Unknown stanza' },
    ]);
  });

  test('are listed until they are mended', () => {
    conf.write('conf/b.conf', 'kill signal NONE');
    conf.write('conf/a.conf', 'task\nscript\n');
    const configuration = conf.load(['conf']);
    expect(configuration.broken()).toMatchObject([
      { path: conf.path('conf/a.conf'), job: 'a', line: 3, message: 'Unterminated block' },
      { path: conf.path('conf/b.conf'), job: 'b', line: 1, message: 'Illegal signal status, expected integer' },
    ]);
    conf.write('conf/a.conf', 'task');
    rmSync(conf.path('conf/b.conf'));
    configuration.reload();
    expect(configuration.broken()).toEqual([]);
    expect(conf.told).toEqual(['a']);
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read (root may read everything)', () => {
    conf.write('conf/a.conf', '');
    chmodSync(conf.path('conf/a.conf'), 0);
    conf.load(['conf']);
    expect(conf.errors).toEqual(['conf/a.conf: Error while loading configuration file: Permission denied']);
  });

  test('a file is read whole, whether it fits into the buffer that is kept or not', () => {
    for (const size of [COMMON_BYTES - 1, COMMON_BYTES, COMMON_BYTES + 1]) {
      const text = `description "${'x'.repeat(size - 15)}"\n`;
      conf.write(`conf/size${size}.conf`, text);
      expect(text).toHaveLength(size);
    }
    conf.load(['conf']);
    for (const [name, { description }] of conf.jobs) expect(`size${(description?.length ?? 0) + 15}`).toBe(name);
    expect(conf.jobs.size).toBe(3);
  });

  test('a file is read up to the limit of its size', () => {
    conf.write('conf/fits.conf', `usage fits\n${'#'.repeat(MAX_JOB_FILE_SIZE - 11)}`);
    conf.write('conf/large.conf', `usage large\n${'#'.repeat(MAX_JOB_FILE_SIZE - 11)}`);
    conf.load(['conf']);
    expect(conf.usages()).toEqual({ fits: 'fits' });
    const error = `File too large, expected at most ${MAX_JOB_FILE_SIZE} bytes`;
    expect(conf.errors).toEqual([`conf/large.conf: Error while loading configuration file: ${error}`]);
  });
});

test('a directory that is missing is skipped, one that is none or cannot be read is named', () => {
  conf.write('file', '');
  symlinkSync('loop', conf.path('loop'));
  conf.load(['file', 'file/below', 'loop', 'missing']);
  expect(conf.log.filter((line) => line.startsWith('error'))).toEqual([
    'error: file: Unable to load configuration: Not a directory',
    'error: loop: Unable to load configuration: Too many levels of symbolic links',
  ]);
});

test('directories are named by their absolute path, however they are given', () => {
  conf.write('conf/net/a.conf', '');
  conf.load(['missing/..//./conf//']);
  expect(conf.jobs.get('net/a')?.path).toBe(conf.path('conf/net/a.conf'));
});

test('the debug stanza counts with --debug', () => {
  conf.write('conf/a.conf', 'debug');
  conf.load(['conf'], { debug: true });
  expect(conf.jobs.get('a')?.debug).toBe(true);
});

describe('reload', () => {
  test('tells everything anew, and what is gone', () => {
    for (const job of ['kept', 'changed', 'deleted', 'broken', 'shadowed']) conf.write(`conf/${job}.conf`, 'usage old');
    conf.write('late/shadowed.conf', 'usage late');
    const configuration = conf.load(['conf', 'extra', 'late']);
    const kept = conf.jobs.get('kept');
    conf.told.length = 0;
    conf.log.length = 0;
    conf.write('conf/changed.conf', 'usage new');
    conf.write('conf/broken.conf', 'bogus');
    conf.write('extra/added.conf', 'usage added');
    conf.write('conf/kept.override', 'env A=b');
    rmSync(conf.path('conf/deleted.conf'));
    rmSync(conf.path('conf/shadowed.conf'));
    configuration.reload();
    expect(conf.usages()).toEqual({ kept: 'old', changed: 'new', added: 'added', shadowed: 'late' });
    expect(conf.jobs.get('kept')).toEqual({ ...kept, env: ['A=b'] });
    expect([...conf.told].sort()).toEqual(['-broken', '-deleted', 'added', 'changed', 'kept', 'shadowed']);
    expect(conf.log).toEqual([
      'info: Reloading configuration',
      'info: Loading configuration from conf',
      'info: Handling deletion of conf/deleted.conf',
      'info: Handling deletion of conf/shadowed.conf',
      'info: Loading configuration from extra',
      'info: Loading configuration from late',
    ]);
  });

  test('drops the jobs of a directory that has been moved away', () => {
    conf.write('conf/a.conf', '');
    conf.write('extra/b.conf', '');
    const configuration = conf.load(['conf', 'extra']);
    renameSync(conf.path('extra'), conf.path('elsewhere'));
    configuration.reload();
    expect([...conf.jobs.keys()]).toEqual(['a']);
  });
});
