/** A guest with a kernel of its own: qemu in software emulation, on an image of the root. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Console } from './console.ts';
import type { Answer, Guest } from './guest.ts';

/** A guest with a keyboard and a disk. */
export interface Machine extends Guest {
  type(text: string): void;
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
  'console=ttyS0 root=/dev/nvme0n1 ro init=/sbin/init panic=-1 mitigations=off loglevel=4 INIT_VERBOSE=yes';

/** Makes the image of a disk with `root`, in `folder`; returns its path. */
export function makeImage(root: string, folder: string): string {
  const image = join(folder, 'image');
  writeFileSync(join(root, 'etc/fstab'), FSTAB);
  for (const [name, major, minor] of DEVICES)
    execFileSync('mknod', ['-m', '600', join(root, 'dev', name), 'c', String(major), String(minor)]);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', root, image, '800M'], { stdio: ['ignore', 'ignore', 'inherit'] });
  return image;
}

/** Boots an image with the kernel `vmlinuz`; sockets are made in `folder`. */
export async function bootMachine(image: string, vmlinuz: string, folder: string): Promise<Machine> {
  const file = (name: string): string => join(folder, name);
  const socket = (name: string): string => `unix:${file(name)},server=on,wait=off`;
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ...['-accel', 'tcg', '-M', 'q35', '-cpu', 'max', '-m', '512', '-nodefaults', '-display', 'none', '-no-reboot'],
      ...['-kernel', vmlinuz, '-append', COMMAND_LINE],
      ...['-drive', `if=none,id=disk,file=${image},format=raw`, '-device', 'nvme,drive=disk,serial=boot'],
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
  const reason = reasonOfEnd(await connected('qmp'));
  return {
    console,
    image,
    slowness: 10,
    ended: gone.then((how) => reason() ?? how),
    run: channel(await connected('channel'), gone),
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

/** How the guest ended the machine, as the monitor reports it: a panic ends qemu with status 0, too. */
function reasonOfEnd(monitor: Socket): () => string | null {
  let said = '';
  monitor.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  monitor.write('{"execute":"qmp_capabilities"}\n');
  return () => {
    const reason = /"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-([a-z]+)"/.exec(said)?.[1];
    return reason === 'shutdown' ? 'poweroff' : reason === 'reset' ? 'reboot' : (reason ?? null);
  };
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
