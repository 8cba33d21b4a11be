import { describe, expect, it } from 'vitest';
import { type Log, openLog, prefixed } from './log.ts';

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

describe('fields', () => {
  const fields = { job: 'web', instance: '', slot: 'main', pid: 7, state: 'running' } as const;

  async function lines(format: 'text' | 'json', write: (log: Log) => void): Promise<string[]> {
    const printed: string[] = [];
    write(await openLog('init', format, 'info', { print: (line) => printed.push(line) }));
    return printed;
  }

  it('are members of the JSON line, beside the level, the time and the program', async () => {
    const [line = ''] = await lines('json', (log) => log.write('message', 'web ended', fields));
    const { time, ...others } = JSON.parse(line);
    expect(others).toEqual({ level: 35, program: 'init', ...fields, msg: 'web ended' });
    expect(time).toEqual(expect.any(Number));
  });

  it('make no difference to a line of text', async () => {
    expect(await lines('text', (log) => log.write('message', 'web ended', fields))).toEqual(['init: web ended']);
    expect(await lines('text', (log) => log.child(fields).write('message', 'web ended'))).toEqual(['init: web ended']);
  });

  it('of a child are in each of its lines, and in no other', async () => {
    const printed = await lines('json', (log) => {
      const child = log.child({ component: 'control' });
      child.write('info', 'one', { method: 'list' });
      child.child({ job: 'web' }).write('info', 'two');
      log.write('info', 'three');
    });
    const found = printed.map((line) => {
      const { component, method, job, msg } = JSON.parse(line);
      return [msg, component, method, job];
    });
    expect(found).toEqual([
      ['one', 'control', 'list', undefined],
      ['two', 'control', undefined, 'web'],
      ['three', undefined, undefined, undefined],
    ]);
  });

  it.each(['text', 'json'] as const)('of a child share the priority, in form %s', async (format) => {
    const printed = await lines(format, (log) => {
      const child = log.child({ component: 'control' });
      child.priority = 'error';
      log.write('warn', 'not read');
      expect([log.priority, log.enabled('warn')]).toEqual(['error', false]);
      log.priority = 'debug';
      child.write('debug', 'read');
    });
    expect(printed).toHaveLength(1);
  });
});
