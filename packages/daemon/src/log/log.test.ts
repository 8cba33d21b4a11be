import { describe, expect, it } from 'vitest';
import { openLog, prefixed } from './log.ts';

describe('the prefix of a log line', () => {
  it.each([
    ['svc main process (1) ended', 'init: svc main process (1) ended'],
    ['/etc/init/x.conf:3: Unknown stanza', 'init:/etc/init/x.conf:3: Unknown stanza'],
    ['word', 'init: word'],
    ['a b:c', 'init: a b:c'],
  ])('%s', (text, expected) => {
    expect(prefixed('init', text)).toBe(expected);
  });
});

describe('where lines go', () => {
  it.each([
    ['text', ['init: one', 'init: two']],
    ['json', [expect.stringMatching(/^\{.*"msg":"one"\}$/), expect.stringMatching(/^\{.*"msg":"two"\}$/)]],
  ] as const)('is whoever prints them, in form %s', async (format, expected) => {
    const lines: string[] = [];
    const log = await openLog('init', format, 'info', { print: (line) => lines.push(line) });
    log.write('info', 'one');
    log.write('error', 'two');
    log.write('debug', 'three');
    expect(lines).toEqual(expected);
  });

  it('is the sink for the text that it takes', async () => {
    const taken: string[] = [];
    const printed: string[] = [];
    const sink = (_priority: string, line: string): boolean => taken.push(line) === 1;
    const log = await openLog('init', 'text', 'info', { sink, print: (line) => printed.push(line) });
    log.write('warn', 'one');
    log.write('warn', 'two');
    expect([taken, printed]).toEqual([['init: one', 'init: two'], ['init: two']]);
  });
});
