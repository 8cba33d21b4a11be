import type { LogTargetStatus } from '@upstart/protocol';
import { expect, test } from 'vitest';
import { targetNotes } from './notes.ts';

const target = (more: Partial<LogTargetStatus>): LogTargetStatus => ({
  ...{ name: 'central', state: 'running', reason: null, sentLines: 3, droppedBytes: 0, failures: 0, backlogBytes: 0 },
  ...more,
});
const since = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const GONE = { state: 'retrying', reason: 'Connection refused', since, backlogBytes: 4096 } as const;

test.each<[string, Partial<LogTargetStatus>, string[]]>([
  ['nothing where all is well', {}, []],
  ['nothing of a program that is about to start', { state: 'starting' }, []],
  [
    'a target that cannot be reached',
    GONE,
    [
      'its output does not reach central since 2026-01-02T03:04:05Z: Connection refused; 4096 bytes of logs wait for it',
    ],
  ],
  [
    'a queue that is full',
    { ...GONE, isFull: true, droppedBytes: 1 },
    [
      'its output does not reach central since 2026-01-02T03:04:05Z: Connection refused; its queue is full with 4096 bytes, and the oldest output is dropped; dropped so far: 1 byte',
    ],
  ],
  [
    'what was dropped before',
    { droppedBytes: 99 },
    ['its output is sent to central, but not all of it; dropped so far: 99 bytes'],
  ],
  [
    'a name that upstart.conf does not have, by a log shipper that tells no time',
    { state: 'failed', reason: 'upstart.conf has no log-target of this name' },
    ['its output is not sent to central: upstart.conf has no log-target of this name'],
  ],
  [
    'an init without logs',
    { state: 'off', reason: 'init was started with --no-log' },
    ['its output is not sent to central: init was started with --no-log'],
  ],
])('%s', (_name, more, notes) => expect(targetNotes([target(more)], 'its output')).toEqual(notes));
