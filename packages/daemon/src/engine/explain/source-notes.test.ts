import type { SourceStatus } from '@upstart/protocol';
import { expect, it } from 'vitest';
import { explain } from '../testing/explain.ts';
import { TestWorld } from '../testing/world.ts';

const RUNS: SourceStatus = { name: 'file', state: 'running', reason: null, provider: 'init', jobs: ['web'] };

function noteOn(operand: string, fields: Partial<SourceStatus>): string | null | undefined {
  const world = new TestWorld();
  world.job('web', `start on ${operand}\nexec web\n`);
  return explain(world, 'web', { sources: [{ ...RUNS, ...fields }] }).startOn?.operands[0]?.note;
}

it.each<[Partial<SourceStatus>, string | null]>([
  [{}, null],
  [{ reason: 'web accepts nothing' }, 'its source `file` has trouble: web accepts nothing'],
  [{ state: 'starting' }, 'its source `file` is about to start'],
  [{ provider: 'upstart-file-bridge' }, 'its source `file` is run by the job upstart-file-bridge'],
  [{ provider: 'client' }, 'its source `file` is run by another program'],
  [
    { state: 'off', provider: 'upstart-file-bridge' },
    'its source `file` is left to the job upstart-file-bridge, and does not run',
  ],
  [
    { state: 'off', provider: null, reason: 'init was started with --no-sources' },
    'its source `file` does not run: init was started with --no-sources',
  ],
  [{ state: 'failed', reason: 'ended with SIGSEGV' }, 'its source `file` has failed: ended with SIGSEGV'],
])('of a source with %j: %s', (fields, note) => {
  expect(noteOn('file FILE=/x', fields)).toBe(note);
});

it('names the address of a socket, and what keeps it from listening', () => {
  const operand = 'socket PROTO=inet PORT=80 ADDR=127.0.0.1';
  expect(noteOn(operand, { name: 'socket' })).toBe('waits for a connection to 127.0.0.1:80');
  expect(noteOn(operand, { name: 'socket', state: 'failed', reason: 'no' })).toBe(
    'waits for a connection to 127.0.0.1:80; its source `socket` has failed: no',
  );
  expect(noteOn('socket PROTO=inet', { name: 'socket' })).toBeNull();
});

it('is about the source that makes the event, and no other', () => {
  expect(noteOn('tty-device-added', { state: 'failed' })).toBeNull();
  expect(noteOn('tty-device-added', { name: 'udev', state: 'failed', reason: 'no' })).toContain(
    '`udev` has failed: no',
  );
});

it('words that are wrong are named for all conditions', () => {
  const world = new TestWorld();
  world.job('web', 'start on socket PROTO=inet PORT=0\nstop on file FILE=x\nexec web\n');
  expect(explain(world, 'web').notes).toEqual([
    '`start on socket PROTO=inet PORT=0` never comes: socket event with invalid PORT=0',
    '`stop on file FILE=x` never comes: path must be absolute: x',
  ]);
});
