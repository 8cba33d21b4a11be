/** Operands that name sockets (reference: bridges §3.1), and the names that init knows sockets by. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_SOCKET_PATH, readSocketName, socketName } from './socket-name.ts';
import { readSocketOperand, type SocketOperand } from './socket-operand.ts';

const read = (...args: string[]): ReturnType<typeof readSocketOperand> => readSocketOperand(args);
const good = (...args: string[]): SocketOperand => {
  const operand = read(...args);
  expect(operand).toHaveProperty('name');
  return operand as SocketOperand;
};

it.each<[string, string[], string | null]>([
  ['Ignored socket event without variable name', ['inet'], 'inet'],
  ['Ignored socket event without variable name', ['PROTO=inet', '80'], '80'],
  ['Ignored socket event with unknown PROTO=ipx', ['PROTO=ipx', 'PORT=80'], 'PROTO=ipx'],
  ['Ignored socket event with unknown PROTO=', ['PROTO='], 'PROTO='],
  ['Ignored socket event with invalid ADDR=localhost', ['PROTO=inet', 'PORT=80', 'ADDR=localhost'], 'ADDR=localhost'],
  ['Ignored socket event with invalid ADDR=::1', ['PROTO=inet', 'PORT=80', 'ADDR=::1'], 'ADDR=::1'],
  ['Ignored socket event with invalid ADDR=127.0.0.1', ['PROTO=inet6', 'ADDR=127.0.0.1', 'PORT=80'], 'ADDR=127.0.0.1'],
  ['Ignored socket event with invalid ADDR=fe80::1%lo', ['PROTO=inet6', 'ADDR=fe80::1%lo'], 'ADDR=fe80::1%lo'],
  ['Ignored socket event with unknown variable SIZE', ['PROTO=inet', 'SIZE=1'], 'SIZE=1'],
  ['Ignored socket event with unknown variable PORT', ['PORT=80', 'PROTO=inet'], 'PORT=80'],
  ['Ignored socket event with unknown variable ADDR', ['ADDR=::1', 'PROTO=inet6'], 'ADDR=::1'],
  ['Ignored socket event with unknown variable PROTO!', ['PROTO!=inet'], 'PROTO!=inet'],
  ['Ignored socket event with unknown variable PATH', ['PROTO=inet', 'PATH=/x'], 'PATH=/x'],
  ['Ignored socket event with unknown variable MODE', ['PROTO=inet', 'MODE=600'], 'MODE=600'],
  ['Ignored socket event with unknown variable PORT', ['PROTO=unix', 'PORT=80'], 'PORT=80'],
  ['Ignored incomplete socket event', ['PROTO=inet'], null],
  ['Ignored incomplete socket event', ['PROTO=inet6', 'ADDR=::1'], null],
  ['Ignored incomplete socket event', ['PROTO=unix', 'MODE=600'], null],
  ['Ignored incomplete socket event', ['PROTO=inet', 'PORT=80', 'PORT=81'], 'PORT=81'],
  ['Ignored socket event with invalid PORT=http', ['PROTO=inet', 'PORT=http'], 'PORT=http'],
  ['Ignored socket event with invalid PORT=0', ['PROTO=inet', 'PORT=0'], 'PORT=0'],
  ['Ignored socket event with invalid PORT=65536', ['PROTO=inet', 'PORT=65536'], 'PORT=65536'],
  ['Ignored socket event with invalid TYPE=raw', ['PROTO=inet', 'TYPE=raw'], 'TYPE=raw'],
  ['Ignored socket event with invalid MODE=888', ['PROTO=unix', 'MODE=888'], 'MODE=888'],
  ['Ignored socket event with invalid OWNER=', ['PROTO=unix', 'OWNER='], 'OWNER='],
  ['Ignored socket event with invalid PATH=x.sock', ['PROTO=unix', 'PATH=x.sock'], 'PATH=x.sock'],
  ['Ignored socket event with invalid SOCKET_PATH=@', ['SOCKET_PATH=@'], 'SOCKET_PATH=@'],
])('%s: %j', (text, args, word) => {
  expect(readSocketOperand(args)).toEqual({ text, error: '', word });
});

it('without arguments the original fails to open a socket', () => {
  const error = 'Address family not supported by protocol';
  expect(read()).toEqual({ text: 'Failed to create socket', error, word: null });
});

it('the event has the variables of the original in its order, then the others', () => {
  expect(good('PROTO=inet', 'PORT=80').env).toEqual(['PROTO=inet', 'PORT=80', 'ADDR=0.0.0.0']);
  expect(good('PROTO=inet6', 'NAME=web', 'ADDR=::1', 'PORT=080').env).toEqual([
    'PROTO=inet6',
    'PORT=080',
    'ADDR=::1',
    'NAME=web',
  ]);
  expect(good('PROTO=unix', 'PATH=/x').env).toEqual(['PROTO=unix', 'SOCKET_PATH=/x', 'PATH=/x']);
  expect(good('SOCKET_PATH=/x', 'MODE=0600').env).toEqual(['PROTO=unix', 'SOCKET_PATH=/x', 'PATH=/x', 'MODE=0600']);
});

it('shows places as users write them, and files with their modes and owners', () => {
  expect(good('PROTO=inet', 'PORT=080')).toMatchObject({ place: '0.0.0.0:80', file: null });
  expect(good('PROTO=inet6', 'PORT=80')).toMatchObject({ place: '[::]:80', file: null });
  expect(good('PROTO=unix', 'PATH=@x')).toMatchObject({ place: '@x', file: null });
  const file = { path: '/x', mode: 0o755, owner: null };
  expect(good('PROTO=unix', 'PATH=/x')).toMatchObject({ place: '/x', file });
  const more = good('PROTO=unix', 'PATH=/x', 'MODE=600', 'OWNER=root:adm');
  expect(more.file).toEqual({ path: '/x', mode: 0o600, owner: 'root:adm' });
});

it('a path has room for the byte that ends it, and not one more', () => {
  const path = (bytes: number): string => `PATH=/${'ä'.repeat((bytes - 1) / 2)}`;
  expect(good('PROTO=unix', path(MAX_SOCKET_PATH - 1))).toBeTruthy();
  expect(read('PROTO=unix', path(MAX_SOCKET_PATH + 1))).toMatchObject({ error: '' });
  expect(read('PROTO=unix', `PATH=/${'x'.repeat(MAX_SOCKET_PATH - 1)}`)).toHaveProperty('text');
});

it('no words are more than a mistake', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('PROTO=inet', 'PROTO=inet6', 'PROTO=unix', 'PORT=80', 'ADDR=::1', 'PATH=/x', 'SOCKET_PATH=@x'),
  );
  fc.assert(
    fc.property(fc.array(word), (args) => {
      const operand = readSocketOperand(args);
      if ('name' in operand) expect(readSocketName(operand.name)).not.toBe(null);
      else expect(operand.text).toMatch(/^(Ignored|Failed) /);
    }),
  );
});

it('names are read as they were written, and differ where the sockets do', () => {
  const type = fc.constantFrom('stream' as const, 'dgram' as const);
  const port = fc.integer({ min: 1, max: 65_535 });
  const address = fc.oneof(
    fc.record({ family: fc.constant('inet' as const), address: fc.ipV4(), port }),
    fc.record({ family: fc.constant('unix' as const), path: fc.stringMatching(/^[/@][a-z]{1,100}$/) }),
  );
  fc.assert(
    fc.property(type, address, type, address, (t1, a1, t2, a2) => {
      const name = socketName(t1, a1);
      expect(readSocketName(name)?.type).toBe(t1);
      expect(name === socketName(t2, a2)).toBe(t1 === t2 && JSON.stringify(a1) === JSON.stringify(a2));
    }),
  );
});

it('an address of IPv6 has one name, however it is written', () => {
  const name = (address: string): string => socketName('stream', { family: 'inet6', address, port: 80 });
  expect(name('::1')).toBe(name('0:0:0:0:0:0:0:1'));
  expect(name('::ffff:1.2.3.4')).toBe(name('::ffff:102:304'));
  expect(name('::')).not.toBe(name('::1'));
  expect(readSocketName(name('1::2'))?.address.subarray(8, 24).toString('hex')).toBe(`0001${'0'.repeat(24)}0002`);
});

it('what names no socket is rejected', () => {
  for (const name of [
    '',
    'stream:',
    'stream:0100',
    'raw:01002f7800',
    'stream:03002f7800',
    'stream:01002F7800',
    `stream:${'01'.repeat(129)}`,
  ])
    expect([name, readSocketName(name)]).toEqual([name, null]);
});
