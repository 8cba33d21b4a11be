/**
 * The usual work of a command under Node, done while the build compiles it (scripts/compiled.mjs): V8 keeps the functions that have run.
 * A played daemon knows two jobs, whose logs are files of a folder.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { VERSION } from '@upstart/common';
import {
  connect,
  type DaemonFrame,
  encodeAnswer,
  formatAddress,
  KeyedClient,
  type RequestFrame,
  RequestStream,
} from '@upstart/protocol';
import { runCommand } from '../commands.ts';

const JOBS = ['one', 'two'];
const CALLS = [['logs'], ['logs', 'one', '-n', '1'], ['logs']];
const LAST_LINES = 'one | 2026-11-29T01:00:00Z a\ntwo | 2026-11-29T01:00:01Z b\none | 2026-11-29T01:00:02Z c\n';

/** `folder` is an empty one. Throws if a command does something else than what it should. */
export async function rehearse(folder: string): Promise<void> {
  writeFileSync(join(folder, 'one.log'), '2026-11-29T01:00:02Z c\r\n');
  writeFileSync(join(folder, 'one.log.1.gz'), gzipSync('2026-11-29T01:00:00Z a\r\n'));
  writeFileSync(join(folder, 'two.log'), '2026-11-29T01:00:01Z b\r\n');
  const socket = join(folder, 'control.sock');
  const server = createServer((connection) => {
    const send = (frame: DaemonFrame): unknown => connection.write(encodeAnswer(frame));
    const stream = new RequestStream({
      request: (request) => send({ id: request.id, result: answer(folder, request) as never }),
      refuse: send,
    });
    connection.on('data', (bytes) => stream.push(bytes as Buffer));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  process.env.UPSTART_SESSION = formatAddress(socket);
  try {
    let last = '';
    for (const words of CALLS) last = await outputOf(words);
    if (last !== LAST_LINES) throw new Error(`a rehearsed command printed ${JSON.stringify(last)}`);
  } finally {
    server.close();
  }
}

async function outputOf(words: readonly string[]): Promise<string> {
  let output = '';
  const add = (text: string): void => {
    output += text;
  };
  await runCommand(['upstart', ...words], {
    env: {},
    terminal: { out: false, err: false, columns: 0 },
    local: true,
    out: add,
    err: add,
    connect: async (scope) => new KeyedClient(await connect({ scope, client: 'rehearsal' }), words.join(' ')),
  });
  return output;
}

function answer(folder: string, { method, params }: RequestFrame): unknown {
  if (method === 'hello') return { version: 1, daemon: `init (upstart ${VERSION})`, pid: process.pid };
  if (method === 'list') return JOBS.map((job) => ({ job, instances: [] }));
  if (method === 'logPath') return join(folder, `${(params as { job: string }).job}.log`);
  if (method === 'history') return { entries: [], upTo: 0, more: false };
  return [];
}
