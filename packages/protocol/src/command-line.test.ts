import { describe, expect, test } from 'vitest';
import type { FrameLimits } from './framing.ts';
import { CLIENT_LIMITS, frameOf } from './framing.ts';
import { type DaemonFrame, type ErrorFrame, type RequestFrame, RUN_LOCALLY } from './messages.ts';
import { RequestStream } from './request-stream.ts';

const WIDE: FrameLimits = { ...CLIENT_LIMITS, bytes: 2 ** 30 };

/** A stream that was sent these texts as a command line, and what came of it. */
function sent(texts: readonly (string | Buffer)[], limits: FrameLimits = CLIENT_LIMITS) {
  const requests: RequestFrame[] = [];
  const refused: [ErrorFrame, boolean][] = [];
  const stream = new RequestStream(
    {
      request: (request) => void requests.push(request),
      refuse: (answer, fatal) => void refused.push([answer, fatal]),
    },
    limits,
  );
  const body = Buffer.concat([Buffer.of(0), ...texts.flatMap((text) => [Buffer.from(text), Buffer.of(0)])]);
  stream.push(frameOf(body, WIDE));
  return { stream, requests, refused };
}

const START = ['1', 'key', '/folder', '1', '0', '80', '2', 'initctl', 'list', 'HOME=/home', 'TERM=a=b', 'LANG='];

test('a command line is a run, and needs no hello', () => {
  const { requests, refused } = sent(START);
  expect(refused).toEqual([]);
  expect(requests).toEqual([
    {
      id: 1,
      method: 'run',
      key: 'key',
      params: {
        argv: ['initctl', 'list'],
        cwd: '/folder',
        env: { HOME: '/home', TERM: 'a=b', LANG: '' },
        terminal: { out: true, err: false, columns: 80 },
      },
    },
  ]);
});

test('bytes that are no UTF-8 stay in their argument', () => {
  const { requests } = sent([...START.slice(0, 6), '3', 'start', Buffer.of(0xc3), Buffer.from('ä')]);
  expect(requests[0]?.params).toMatchObject({ argv: ['start', '\udcc3', 'ä'], env: {} });
});

describe('refused', () => {
  test.each([
    ['nothing', []],
    ['no arguments', [...START.slice(0, 6), '0']],
    ['a width that is no number', [...START.slice(0, 5), 'wide', ...START.slice(6)]],
    ['a number of arguments that is none', [...START.slice(0, 6), 'many', 'list']],
    ['no key', ['1', '', ...START.slice(2)]],
  ])('%s', (_what, texts) => {
    const { requests, refused } = sent(texts);
    expect(requests).toEqual([]);
    expect(refused).toMatchObject([[{ error: { code: 'bad-request' } }, true]]);
  });

  test('another version, in words that have Node do it', () => {
    const { stream, refused } = sent(['2', ...START.slice(1)]);
    const [answer, fatal] = refused[0]!;
    expect([answer.error.code, fatal]).toEqual(['unsupported-version', true]);
    expect([...stream.encode(answer)]).toEqual([1, 0, 0, 0, 4]);
  });

  test('one that is cut off', () => {
    const refused: ErrorFrame[] = [];
    const stream = new RequestStream({ request: () => {}, refuse: (answer) => void refused.push(answer) });
    stream.push(frameOf(Buffer.from('\u00001\u0000key'), WIDE));
    expect(refused[0]?.error.text).toBe('Invalid request: a command line is cut off');
  });

  test('more texts than are allowed, and no fewer', () => {
    const few = { ...CLIENT_LIMITS, values: START.length };
    expect(sent(START, few).requests).toHaveLength(1);
    expect(sent([...START, 'A=b'], few)).toMatchObject({ requests: [], refused: [[{ error: {} }, true]] });
  });
});

describe('answers', () => {
  const { stream } = sent(START);
  test.each<[string, DaemonFrame, number[]]>([
    ['output', { id: 1, fd: 2, data: Buffer.from('no') }, [2, 110, 111]],
    ['a status', { id: 1, result: 3 }, [3, 3]],
    ['a command of the caller', { id: 1, result: RUN_LOCALLY }, [4]],
    ['an error', { id: 1, error: { code: 'internal', text: 'x\udcff' } }, [5, 120, 255]],
  ])('%s', (_what, frame, body) => {
    expect([...stream.encode(frame)]).toEqual([body.length, 0, 0, 0, ...body]);
  });

  test('output that no frame can hold is an error', () => {
    const bytes = stream.encode({ id: 1, fd: 1, data: Buffer.alloc(16 * 1024 * 1024) });
    expect(bytes[4]).toBe(5);
    expect(bytes.subarray(5).toString()).toContain('longer than');
  });
});
