import { expect, it } from 'vitest';
import { deviceEvent } from './device-event.ts';
import { MAX_MESSAGE_BYTES, MessageReader } from './message-reader.ts';

const MONITOR = `monitor will print the received events for:
UDEV - the event which udev sends out after rule processing

UDEV  [77665.124414] add      /devices/x/block/sda (block)
ACTION=add
DEVPATH=/devices/x/block/sda
SUBSYSTEM=block
SEQNUM=6
DEVNAME=/dev/sda
ID_MODEL=two words
ID_X=A=B
EMPTY=

`;

const read = (text: string | Buffer, keepsAll = false) =>
  new MessageReader().read(Buffer.from(text)).map((properties) => deviceEvent(properties, keepsAll));

it('has the variables in the order that conditions rely on', () => {
  const env = 'KERNEL=sda DEVPATH=/devices/x/block/sda DEVNAME=/dev/sda SUBSYSTEM=block ACTION=add EMPTY='.split(' ');
  const event = { name: 'block-device-added', env: [...env, 'ID_MODEL=two words', 'ID_X=A=B', 'SEQNUM=6'] };
  expect(read(MONITOR)).toEqual([event]);
  const reader = new MessageReader();
  const parts = [...Buffer.from(MONITOR)].flatMap((byte) => reader.read(Buffer.from([byte])));
  expect(parts.map((properties) => deviceEvent(properties, false))).toEqual([event]);
});

it.each([
  ['add', 'net-device-added'],
  ['change', 'net-device-changed'],
  ['remove', 'net-device-removed'],
  ['move', 'net-device-move'],
  ['bind', 'net-device-bind'],
])('the action %s gives %s', (action, name) => {
  expect(read(`ACTION=${action}\nSUBSYSTEM=net\nDEVPATH=/devices/net/a!b\n\n`)).toEqual([
    { name, env: ['KERNEL=a/b', 'DEVPATH=/devices/net/a!b', 'SUBSYSTEM=net', `ACTION=${action}`] },
  ]);
});

it('makes nothing of a message without action or subsystem', () => {
  expect(read('SUBSYSTEM=net\n\nACTION=add\n\n\n\nsome words\n\n')).toEqual([null, null]);
});

it('leaves out what is not printable, unless all is kept', () => {
  const message = Buffer.concat([
    Buffer.from('ACTION=add\nSUBSYSTEM=x\u00e9\nK\u0001=a\t'),
    Buffer.from([1, 0xff]),
    Buffer.from('Z\n\n'),
  ]);
  expect(read(message)).toEqual([{ name: 'x-device-added', env: ['SUBSYSTEM=x', 'ACTION=add', 'K=a\tZ'] }]);
  expect(read(message, true)).toEqual([
    { name: 'xé-device-added', env: ['SUBSYSTEM=xé', 'ACTION=add', 'K\u0001=a\t\u0001\udcffZ'] },
  ]);
});

it('reads the devices that there are', () => {
  const text =
    'P: /devices/virtual/tty/tty7\nN: tty7\nL: 0\nE: DEVPATH=/devices/virtual/tty/tty7\nE: SUBSYSTEM=tty\nE: DEVNAME=/dev/tty7\n\n';
  const [properties] = new MessageReader().read(Buffer.from(text));
  expect(deviceEvent(new Map([...properties!, ['ACTION', 'add']]), false)).toEqual({
    name: 'tty-device-added',
    env: ['KERNEL=tty7', 'DEVPATH=/devices/virtual/tty/tty7', 'DEVNAME=/dev/tty7', 'SUBSYSTEM=tty', 'ACTION=add'],
  });
});

it('bounds a message, and reads the next', () => {
  const head = 'ACTION=add\nSUBSYSTEM=x\n';
  const line = (bytes: number): string => `K=${'v'.repeat(bytes - 2)}\n`;
  const room = MAX_MESSAGE_BYTES - head.replaceAll('\n', '').length;
  const names = (text: string): (string | undefined)[][] =>
    read(text).map((event) => event?.env.map((entry) => entry.split('=')[0]!) ?? []);
  expect(names(`${head}${line(room)}\n`)).toEqual([['SUBSYSTEM', 'ACTION', 'K']]);
  expect(names(`${head}${line(room + 1)}\n`)).toEqual([['SUBSYSTEM', 'ACTION']]);
  const reader = new MessageReader();
  for (let i = 0; i < 8; i++) reader.read(Buffer.alloc(MAX_MESSAGE_BYTES / 4, 'x'));
  expect(reader.read(Buffer.from('\n\nACTION=add\n\n'))).toHaveLength(1);
});
