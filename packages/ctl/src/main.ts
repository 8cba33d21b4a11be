/** initctl as a process of its own: what the launcher falls back to, bundled as `ctl.js`. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { connect, decodeText, encodeText, KeyedClient } from '@upstart/protocol';
import { type CommandContext, runCommand } from './commands.ts';

/** Before the name the program was called by, when the launcher passes it on. */
const CALLED_AS = '--called-as';
const STDOUT = 1;
const STDERR = 2;
/** Milliseconds between two attempts to write to a pipe that is full and does not block. */
const FULL_PIPE_PAUSE = 5;

/** The arguments as the bytes they were: Node's own have lost what is no UTF-8. */
function exactArguments(): string[] {
  const given = process.argv.slice(1);
  if (!given.some((word) => word.includes('\ufffd'))) return given;
  const words = decodeText(readFileSync('/proc/self/cmdline')).split('\0').slice(0, -1);
  return words.slice(words.length - given.length);
}

/** The name the program was called by, and its arguments. */
function commandLine(): string[] {
  const [script = 'initctl', ...words] = exactArguments();
  return words[0] === CALLED_AS ? words.slice(1) : [script, ...words];
}

/** Writes all of it before it returns, so that nothing is lost when the process exits. */
function write(fd: number, text: string): void {
  let bytes = encodeText(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Nobody reads any more: there is nothing left to do.
      if (code === 'EPIPE') process.exit(1);
      // A closed descriptor takes nothing; the command is carried out all the same.
      if (code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE);
    }
  }
}

const out = isatty(STDOUT);
const err = isatty(STDERR);

const context: CommandContext = {
  env: process.env,
  cwd: process.cwd(),
  // Only a terminal's stream may be touched: Node stops a pipe's descriptor from blocking.
  terminal: { out, err, columns: out ? process.stdout.columns : err ? process.stderr.columns : 0 },
  local: true,
  out: (text) => write(STDOUT, text),
  err: (text) => write(STDERR, text),
  connect: async (scope) => new KeyedClient(await connect({ scope, client: 'initctl' }), randomUUID()),
};

process.exitCode = await runCommand(commandLine(), context);
