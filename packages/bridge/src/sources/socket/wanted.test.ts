import { expect, it } from 'vitest';
import type { Operand } from '../../source.ts';
import { mistakeIn, wantedSockets } from './wanted.ts';

const operand = (job: string, stanza: Operand['stanza'], ...args: string[]): Operand => ({
  ...{ job, stanza, args },
  event: 'socket',
});

it('operands that mean one socket ask for one, with the variables of all; mistakes ask for none', () => {
  const wanted = wantedSockets([
    operand('web', 'start on', 'PROTO=inet', 'PORT=80', 'NAME=web'),
    operand('bad', 'start on', 'PROTO=inet'),
    operand('log', 'start on', 'SOCKET_PATH=/log', 'TYPE=dgram'),
    operand('idle', 'stop on', 'PROTO=inet', 'PORT=080', 'ADDR=0.0.0.0', 'NAME=other', 'TYPE=stream'),
  ]);
  expect([...wanted.values()]).toMatchObject([
    {
      ...{ jobs: ['web', 'idle'], starts: ['web'], place: '0.0.0.0:80', file: null },
      env: ['PROTO=inet', 'PORT=80', 'ADDR=0.0.0.0', 'NAME=web', 'TYPE=stream'],
    },
    { jobs: ['log'], starts: ['log'], place: '/log', file: { path: '/log' } },
  ]);
  for (const [name, socket] of wanted) expect(socket.name).toBe(name);
});

it('a stream and datagrams at one address are two sockets', () => {
  const args = ['PROTO=inet', 'PORT=80'];
  expect(wantedSockets([operand('a', 'start on', ...args), operand('b', 'start on', ...args, 'TYPE=dgram')]).size).toBe(
    2,
  );
});

it('warnings name the job by its path on the bus', () => {
  expect(mistakeIn(operand('path-b', 'start on', 'PROTO=x'))).toBe(
    'Ignored socket event with unknown PROTO=x in /com/ubuntu/Upstart/jobs/path_2db',
  );
  expect(mistakeIn(operand('web', 'start on'))).toBe(
    'Failed to create socket in /com/ubuntu/Upstart/jobs/web: Address family not supported by protocol',
  );
  expect(mistakeIn(operand('web', 'start on', 'PROTO=inet', 'PORT=80'))).toBe(null);
});
