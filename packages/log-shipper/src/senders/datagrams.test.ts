/** The helper unix-datagram, under sanitizers, and what the sender sees of it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { childrenOf, isRunning, nameOf, signal } from '../../../../test/chaos/proc.ts';
import { eventually } from '../../../../test/eventually.ts';
import { UnixDatagrams } from './datagrams.ts';

const SOURCE = fileURLToPath(new URL('../../datagram/unix-datagram.c', import.meta.url));
const FLAGS = ['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', '-fsanitize=address,undefined'];
/** Writes the length of each datagram, or of the memory file that came with it, and its first byte. */
const RECEIVER = `
import array, os, socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
while True:
    data, extra, _, _ = receiver.recvmsg(1 << 20, socket.CMSG_SPACE(4))
    for _, _, fds in extra:
        fd = array.array('i', fds)[0]
        data = os.pread(fd, 1 << 24, 0)
        os.close(fd)
    print(len(data), data[:1].decode(), flush=True)
`;

let folder: string;
let program: string;
let path: string;
let datagrams: UnixDatagrams;
let receivers: ChildProcess[];
let received: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'unix-datagram-'));
  program = join(folder, 'unix-datagram');
  execFileSync('cc', [...FLAGS, '-fno-sanitize-recover', '-o', program, SOURCE]);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  path = join(folder, 'socket');
  datagrams = new UnixDatagrams(program, path);
  [receivers, received] = [[], []];
});
afterEach(() => {
  datagrams.close();
  for (const receiver of receivers) receiver.kill('SIGKILL');
  rmSync(path, { force: true });
});

async function receiver(): Promise<ChildProcess> {
  const child = spawn('python3', ['-c', RECEIVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  receivers.push(child);
  let rest = '';
  child.stdout?.on('data', (text) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    received.push(...lines);
  });
  await eventually('it receives', () => existsSync(path));
  return child;
}

const all = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

it('sends datagrams of any size, in order', async () => {
  await receiver();
  const many = Array.from({ length: 500 }, (_, i) => Buffer.alloc(i + 1, 'm'));
  await datagrams.send([...many, Buffer.alloc(3_000_000, 'l'), ...all('end')]);
  await eventually('all have come', () => received.length === 502);
  expect(received).toEqual([...many.map(({ length }) => `${length} m`), '3000000 l', '3 e']);
});

it('says how many were taken, and sends nothing behind a failure', async () => {
  await expect(datagrams.send(all('a', 'b'))).rejects.toMatchObject({ message: 'No such file or directory', taken: 0 });
  const first = await receiver();
  await datagrams.send(all('c'));
  await eventually('it has come', () => received.length === 1);
  first.kill('SIGKILL');
  await eventually('nobody receives', () => first.signalCode !== null);
  await expect(datagrams.send(all('d', 'e'))).rejects.toMatchObject({ message: 'Connection refused', taken: 0 });
  rmSync(path);
  await receiver();
  await datagrams.send(all('d', 'e'));
  await eventually('both have come', () => received.length === 3);
  expect(received).toEqual(['1 c', '1 d', '1 e']);
});

it('is started again when it was killed', async () => {
  await receiver();
  await datagrams.send(all('a'));
  const helpers = (): number[] =>
    childrenOf(process.pid).filter((pid) => nameOf(pid) === 'unix-datagram' && isRunning(pid));
  // That of the test before may be about to end.
  const helper = await eventually('there is one', () => (helpers().length === 1 ? helpers()[0] : null));
  signal(helper, 'SIGSTOP');
  const sent = datagrams.send(all('b'));
  signal(helper, 'SIGKILL');
  await expect(sent).rejects.toThrow('unix-datagram ended with SIGKILL');
  await datagrams.send(all('b'));
  await eventually('it comes', () => received.includes('1 b'));
});
