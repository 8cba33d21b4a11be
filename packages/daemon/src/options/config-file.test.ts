import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_SETTINGS_BYTES } from '@upstart/common';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codePoint } from '../../../../test/code-point.ts';
import { readConfigFile, settingsOf } from './config-file.ts';
import { DEFAULTS, parseOptions } from './options.ts';
import { ROWS } from './rows.ts';

const MACHINE = { user: false, container: false, config: null };
const SESSION = { ...MACHINE, user: true };
const read = (text: string, mode = SESSION) => settingsOf('upstart.conf', text, mode);

describe('the settings in upstart.conf', () => {
  it('are lines with the name of an option and its value', () => {
    const text =
      '# our logs\nlog-rotate-size 10M\n\n\tlogdir  /var/log/my jobs \t# here\r\nno-dbus\nconfdir /a#b\nconfdir /c';
    expect(read(text)).toEqual({
      ...DEFAULTS,
      logRotation: { size: 10 * 1024 * 1024, age: 0, keep: 5 },
      logDir: '/var/log/my jobs',
      systemBus: false,
      confDirs: ['/a#b', '/c'],
    });
  });

  it('yield to the command line', () => {
    const settings = read('confdir /a\nappend-confdir /b\nlog-rotate-age 7d\nlog-rotate-keep 9\nverbose');
    const options = parseOptions(
      ['--user', '--confdir=/c', '--append-confdir=/d', '--log-rotate-age=1d', '-q'],
      settings,
    );
    expect(options).toMatchObject({
      ...{ user: true, confDirs: ['/c'], appendConfDirs: ['/b', '/d'], priority: 'error' },
      logRotation: { size: 0, age: 86_400, keep: 9 },
    });
    expect(parseOptions(['--user'], settings)).toMatchObject({ confDirs: ['/a'], priority: 'info' });
  });

  it.each([
    ['log-rotate-sise 10M', 'unknown setting: log-rotate-sise; did you mean `log-rotate-size SIZE`?'],
    ['--no-dbus', 'unknown setting: --no-dbus; did you mean `no-dbus`?'],
    ['logdir=/a', 'unknown setting: logdir=/a; did you mean `logdir DIR`?'],
    ['exec true', 'unknown setting: exec'],
    [`${'x'.repeat(61)}\u{7}`, `unknown setting: ${'x'.repeat(60)}…`],
    ['\u{1b}[31m', 'unknown setting: ?[31m'],
    ['no-dbus yes', 'no-dbus: takes no value: yes'],
    ['logdir', 'logdir: expected DIR behind it'],
    ['logdir # none', 'logdir: expected DIR behind it'],
    ['logdir logs', 'logdir: expected a path that begins with /: logs'],
    ['logdir /a\u{0}b', 'logdir: control character in its value'],
    ['log-rotate-keep 0', 'invalid number of logs to keep: 0: expected 1 to 1000'],
    ['user', 'user: is for the command line only'],
    ['config /a', 'config: is for the command line only'],
    ['version', 'version: is for the command line only'],
  ])('%j is left out, and its line named', (line, complaint) => {
    expect(read(`hook-timeout 3\n${line}\njob-cgroups`)).toEqual({
      ...{ ...DEFAULTS, hookTimeoutS: 3, jobCgroups: true },
      complaints: [`upstart.conf:2: ${complaint}`],
    });
  });

  it('never end the first process of a machine', () => {
    const complaints = ['exit-with', 'stop-timeout'].map(
      (key, i) => `upstart.conf:${i + 1}: ${key}: is for an init with --container or --user`,
    );
    expect(read('exit-with web\nstop-timeout 5', MACHINE)).toEqual({ ...DEFAULTS, complaints });
    expect(read('exit-with web\nstop-timeout 5', { ...MACHINE, container: true })).toMatchObject({
      ...{ exitWith: 'web', stopTimeoutS: 5, complaints: [] },
    });
  });

  it('are either taken or complained about, whatever the text', () => {
    const word = fc.oneof(fc.constantFrom(...ROWS.map(({ long }) => long)), fc.string({ unit: codePoint }));
    const line = fc.tuple(word, fc.constantFrom('', ' ', '\t', ' #'), fc.string()).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.boolean(), (lines, user) => {
        const { complaints } = read(lines.join('\n'), { ...MACHINE, user });
        for (const complaint of complaints) expect(complaint).toMatch(/^upstart\.conf:\d+: [^\p{Cc}]+$/u);
      }),
    );
  });
});

describe('the file of settings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const session = (env = {}) => readConfigFile(SESSION, { HOME: folder, ...env });

  it("is in the user's folder of settings, or where --config says", () => {
    expect(session()).toBe(DEFAULTS);
    mkdirSync(join(folder, '.config'));
    writeFileSync(join(folder, '.config/upstart.conf'), 'job-cgroups\n');
    expect(session()).toMatchObject({ jobCgroups: true });
    expect(session({ XDG_CONFIG_HOME: join(folder, 'other') })).toBe(DEFAULTS);
    const config = join(folder, 'mine');
    writeFileSync(config, 'no-dbus\n');
    expect(readConfigFile({ ...SESSION, config }, { HOME: folder })).toMatchObject({
      jobCgroups: false,
      systemBus: false,
    });
  });

  it.each([
    ['a folder', (path: string) => mkdirSync(path), 'EISDIR: illegal operation on a directory, read'],
    ['a device', (path: string) => symlinkSync('/dev/zero', path), 'not a regular file'],
    ['too large', (path: string) => writeFileSync(path, ' '.repeat(MAX_SETTINGS_BYTES + 1)), 'larger than 65536 bytes'],
    ['not there', () => {}, 'ENOENT: no such file or directory, open'],
  ])('that is %s is complained about', (_, make, complaint) => {
    const config = join(folder, 'file');
    make(config);
    const { complaints, ...settings } = readConfigFile({ ...SESSION, config }, {});
    expect({ ...settings, complaints: [] }).toEqual(DEFAULTS);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toMatch(`${config}: ${complaint}`);
    expect(complaints[0]).toMatch(/; no setting is taken from it$/);
  });

  it('may have the size that is allowed', () => {
    const config = join(folder, 'file');
    writeFileSync(config, `no-dbus\n#${' '.repeat(MAX_SETTINGS_BYTES - 9)}`);
    expect(readConfigFile({ ...SESSION, config }, {})).toMatchObject({ systemBus: false, complaints: [] });
  });
});
