/** The C programs of bench/c, as scripts/bench.mjs has compiled them, and calls of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The folder of the product that is measured: dist/. */
export const PRODUCT = dirname(HERE);
export const METER = join(HERE, 'meter');
export const CLIENT = join(HERE, 'client');
export const PAYLOAD = join(HERE, 'payload');

export const MS = 1e6;

/** Milliseconds. */
const FINISH_PATIENCE = 2000;

type Environment = NodeJS.ProcessEnv;

/** Runs a program to its end and returns what it wrote. Throws with what it said when it fails. */
export async function run(words: readonly string[], env: Environment = process.env): Promise<string> {
  const [program, ...args] = words as [string, ...string[]];
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const [code, signal] = await once(child, 'close');
  if (code === 0) return output;
  throw new Error(`${words.slice(0, 3).join(' ')}: ${signal ?? `status ${code}`}: ${`${errors}${output}`.trim()}`);
}

/** Runs a subcommand of the meter that prints one number: nanoseconds, returned as milliseconds. */
export async function meter(words: readonly string[], env?: Environment): Promise<number> {
  return Number(await run([METER, ...words], env)) / MS;
}

/** A program that keeps running, and its lines. */
export interface LineProgram {
  child: ChildProcess;
  next(): Promise<string>;
  /** Lets it come to its own end: it has no more input. One that does not is killed. */
  finish(): Promise<void>;
  end(): Promise<void>;
}

export function startLines(words: readonly string[], env: Environment = process.env): LineProgram {
  const [program, ...args] = words as [string, ...string[]];
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    child,
    async next() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${words.slice(0, 2).join(' ')} has ended`);
      return value;
    },
    async finish() {
      child.stdin!.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), FINISH_PATIENCE);
      await ended;
      clearTimeout(timer);
    },
    async end() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
