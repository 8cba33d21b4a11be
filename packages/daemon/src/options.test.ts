import { describe, expect, it } from 'vitest';
import { helpText, parseOptions } from './options.ts';

describe("init's options", () => {
  it('accumulate directories, with both forms of values', () => {
    const options = parseOptions(['--user', '--confdir', '/a', '--confdir=/b', '--append-confdir=/z', '-v']);
    expect(options).toMatchObject({ user: true, confDirs: ['/a', '/b'], appendConfDirs: ['/z'], priority: 'info' });
  });

  it('pass over what they do not know, with a value or without', () => {
    expect(parseOptions(['quiet', '--foo', '--bar=1', '-Z', '--verbose'])).toMatchObject({
      ignored: ['quiet', '--foo', '--bar=1', '-Z'],
      priority: 'info',
    });
  });

  it.each([
    [['--default-console=x'], 'invalid console type specified: x'],
    [['--log-format', 'xml'], 'invalid log format: xml: expected text or json'],
    [['--hook-timeout', 'soon'], 'invalid hook timeout: soon: expected seconds'],
    [['--confdir'], 'missing argument: --confdir'],
    [['--user=1'], 'unexpected argument: --user=1'],
  ])('%j: %s', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('are all in the help', () => {
    expect(helpText('init')).toMatch(/--confdir=DIR +read job files[\s\S]+--startup-event=NAME/);
  });
});
