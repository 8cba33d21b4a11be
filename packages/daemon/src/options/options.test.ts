import { describe, expect, it } from 'vitest';
import { helpText, parseOptions } from './options.ts';

describe("init's options", () => {
  it('accumulate directories, with both forms of values', () => {
    const options = parseOptions(['--user', '--confdir', '/a', '--confdir=/b', '--append-confdir=/z', '-v']);
    expect(options).toMatchObject({ user: true, confDirs: ['/a', '/b'], appendConfDirs: ['/z'], priority: 'info' });
  });

  it('ignore what they do not know, with a value or without', () => {
    expect(parseOptions(['quiet', '--foo', '--bar=1', '-Z', '--constructor', '--verbose'])).toMatchObject({
      ignored: ['quiet', '--foo', '--bar=1', '-Z', '--constructor'],
      priority: 'info',
    });
  });

  it('take several letters in one word, all of them or none', () => {
    expect(parseOptions(['-vq'])).toMatchObject({ ignored: [], priority: 'error' });
    expect(parseOptions(['-qv'])).toMatchObject({ ignored: [], priority: 'info' });
    expect(parseOptions(['-vb', '-', '-v=1'])).toMatchObject({ ignored: ['-vb', '-', '-v=1'], priority: 'message' });
  });

  it('tell a mistyped option with a value from the words of a kernel', () => {
    for (const beside of ['--user', '--container']) {
      expect(() => parseOptions([beside, '--confdri=/a'])).toThrow('unexpected argument: --confdri=/a');
      expect(parseOptions([beside, 'root=/dev/sda1', '--foo', '--', '--bar=1'])).toMatchObject({
        ignored: ['root=/dev/sda1', '--foo', '--bar=1'],
      });
    }
    expect(parseOptions(['--confdri=/a', 'root=/dev/sda1'])).toMatchObject({
      ignored: ['--confdri=/a', 'root=/dev/sda1'],
    });
  });

  it('end with --help and --version, whatever follows', () => {
    expect(parseOptions(['--user', '--help', '--confdir'])).toMatchObject({ asked: 'help' });
    expect(parseOptions(['--stop-timeout', '5', '--version', '--foo=1'])).toMatchObject({ asked: 'version' });
  });

  it('have the next word that is no option as their value', () => {
    expect(parseOptions(['--confdir', '-v', '/a', 'quiet'])).toMatchObject({ confDirs: ['/a'], ignored: ['quiet'] });
  });

  it('tell what becomes of old logs, which is nothing by default', () => {
    expect(parseOptions([]).logUpkeep).toEqual({ compress: false, totalBytes: 0 });
    expect(parseOptions(['--log-rotate-compress', '--log-total-size=2G']).logUpkeep).toEqual({
      compress: true,
      totalBytes: 2 * 1024 ** 3,
    });
    expect(() => parseOptions(['--log-total-size=2T'])).toThrow('invalid total size of logs: 2T: expected bytes');
  });

  it('tell how logs are rotated, which is off by default', () => {
    expect(parseOptions([]).logRotation).toEqual({ size: 0, age: 0, keep: 5 });
    const options = parseOptions(['--log-rotate-size=10M', '--log-rotate-age', '7d', '--log-rotate-keep=1000']);
    expect(options.logRotation).toEqual({ size: 10 * 1024 * 1024, age: 7 * 86400, keep: 1000 });
    expect(parseOptions(['--log-rotate-size=64K', '--log-rotate-age=90']).logRotation).toMatchObject({
      size: 65536,
      age: 90,
    });
  });

  it.each([
    [['--default-console=x'], 'invalid console type specified: x'],
    [['--log-format', 'xml'], 'invalid log format: xml: expected text or json'],
    [['--hook-timeout', 'soon'], 'invalid hook timeout: soon: expected seconds'],
    [['--log-rotate-size=1G'], 'invalid log rotation size: 1G: expected bytes, KiB (K) or MiB (M)'],
    [['--log-rotate-age=1w'], 'invalid log rotation age: 1w: expected seconds, minutes (m), hours (h) or days (d)'],
    [['--log-rotate-keep=0'], 'invalid number of logs to keep: 0: expected 1 to 1000'],
    [['--log-rotate-keep=1001'], 'invalid number of logs to keep: 1001: expected 1 to 1000'],
    [['--stop-timeout=0'], 'invalid stop timeout: 0: expected seconds, at least 1'],
    [['--exit-with='], 'invalid job to exit with: expected NAME or NAME-INSTANCE'],
    [['--exit-with', 'web'], '--exit-with: expected --container or --user beside it'],
    [['--stop-timeout', '5'], '--stop-timeout: expected --container or --user beside it'],
    [['--container', '--user'], '--user and --container exclude each other'],
    [['--confdir'], 'missing argument: --confdir'],
    [['--user=1'], 'unexpected argument: --user=1'],
  ])('%j: %s', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('tell an init of a container how to end', () => {
    const args = ['--container', '--job-output', '--exit-with=web-1', '--stop-timeout', '8'];
    const expected = { container: true, jobOutput: true, exitWith: 'web-1', stopTimeoutS: 8 };
    expect(parseOptions(args)).toMatchObject(expected);
  });

  it('are all in the help', () => {
    expect(helpText('init')).toMatch(/--confdir=DIR +read job files[\s\S]+--startup-event=NAME/);
  });
});
