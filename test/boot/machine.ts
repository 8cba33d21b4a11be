/** A guest with a kernel of its own: qemu in software emulation, on an image of the root. */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Console } from './console.ts';
import type { Answer, Guest } from './guest.ts';
import { monitorOf } from './monitor.ts';

/** A guest with a keyboard and a disk. */
export interface Machine extends Guest {
  type(text: string): void;
  /** Plugs a disk in, which becomes `/dev/nvme1n1`, or out. */
  plug(): Promise<void>;
  unplug(): Promise<void>;
  /** The file with its disk. */
  readonly image: string;
}

/** Its devices come from udev; these are needed before, on a root that is still read-only. */
const DEVICES = [
  ['kmsg', 1, 11],
  ['ttyS0', 4, 64],
  ['ttyS1', 4, 65],
] as const;
const FSTAB = '/dev/nvme0n1 / ext4 errors=remount-ro 0 1\n';
const COMMAND_LINE =
  'console=ttyS0 root=/dev/nvme0n1 ro panic=-1 mitigations=off loglevel=4 INIT_VERBOSE=yes net.ifnames=0 nvme_core.io_timeout=3600';
/** A card that nothing is connected to is up all the same. */
const INTERFACE = '\nauto eth0\niface eth0 inet static\n  address 192.0.2.1/24\n';
/** The place for a disk that is plugged in. */
const SLOT = 'bay';
const PLUGGED = 'plugged';
const PLUGGED_BYTES = 2 ** 20;

/** Makes the image of a disk with `root`, in `folder`; returns its path. */
export function makeImage(root: string, folder: string): string {
  const image = join(folder, 'image');
  writeFileSync(join(root, 'etc/fstab'), FSTAB);
  appendFileSync(join(root, 'etc/network/interfaces'), INTERFACE);
  for (const [name, major, minor] of DEVICES)
    execFileSync('mknod', ['-m', '600', join(root, 'dev', name), 'c', String(major), String(minor)]);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', root, image, '800M'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return image;
}

/** Boots an image with the kernel `vmlinuz`; sockets are made in `folder`. `init`: the first process. */
export async function bootMachine(
  image: string,
  vmlinuz: string,
  folder: string,
  init = '/sbin/init',
): Promise<Machine> {
  const file = (name: string): string => join(folder, name);
  const socket = (name: string): string => `unix:${file(name)},server=on,wait=off`;
  writeFileSync(file(PLUGGED), Buffer.alloc(PLUGGED_BYTES));
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ...['-accel', 'tcg', '-M', 'q35', '-cpu', 'max', '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot'],
      ...['-kernel', vmlinuz, '-append', `${COMMAND_LINE} init=${init}`],
      ...['-drive', `if=none,id=disk,file=${image},format=raw`, '-device', 'nvme,drive=disk,serial=boot'],
      ...['-device', `pcie-root-port,id=${SLOT},chassis=1`],
      ...['-drive', `if=none,id=${PLUGGED},file=${file(PLUGGED)},format=raw`],
      ...['-netdev', 'hubport,id=net,hubid=0', '-device', 'virtio-net-pci,netdev=net,romfile='],
      ...['-serial', 'stdio', '-serial', socket('channel'), '-qmp', socket('qmp')],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const console = new Console();
  qemu.stdout.setEncoding('utf8').on('data', (chunk: string) => console.add(chunk));
  const gone = new Promise<string>((resolve) => {
    qemu.once('exit', (code, signal) => resolve(`qemu ended by itself: ${code ?? signal}`));
  });
  const connected = (name: string): Promise<Socket> =>
    Promise.race([connectTo(file(name)), gone.then((how) => Promise.reject(new Error(how)))]);
  const monitor = monitorOf(await connected('qmp'));
  return {
    console,
    image,
    slowness: 10,
    ended: gone.then((how) => monitor.reasonOfEnd() ?? how),
    run: channel(await connected('channel'), gone),
    plug: () =>
      monitor.command('device_add', { driver: 'nvme', id: PLUGGED, bus: SLOT, drive: PLUGGED, serial: PLUGGED }),
    unplug: () => monitor.command('device_del', { id: PLUGGED }),
    type: (text) => void qemu.stdin.write(text),
    kill: () => void qemu.kill('SIGKILL'),
  };
}

async function connectTo(path: string): Promise<Socket> {
  for (;;) {
    const socket = createConnection(path);
    const good = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    if (good) return socket.on('error', () => {});
    await pause(20);
  }
}

/** The other end of the job `channel`: one script after another. */
function channel(line: Socket, gone: Promise<unknown>): Guest['run'] {
  let said = '';
  let heard = (): void => {};
  line.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    heard();
  });
  let before: Promise<unknown> = Promise.resolve();
  return (script) => {
    const answer = before.then(
      () =>
        new Promise<Answer>((resolve, reject) => {
          said = '';
          heard = () => {
            const [, output = '', status] = /^(.*)boot-test: status (\d+)\n$/s.exec(said) ?? [];
            if (status !== undefined) resolve({ status: Number(status), output });
          };
          gone.then(() => reject(new Error('the machine is gone')));
          line.write(`${Buffer.from(script).toString('base64')}\n`);
        }),
    );
    before = answer.catch(() => {});
    return answer;
  };
}
