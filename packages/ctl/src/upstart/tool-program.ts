/** Programs of lib/upstart for work whose code neither init nor most commands should load: each answers one question and ends. */
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

/** The largest answer, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** The path of such a program. */
export function toolPath(name: string): string {
  return join(dirname(process.argv[1] ?? ''), name);
}

/** Runs it: question and answer are JSON, on standard input and output; standard error is the caller's. Throws without an answer, also after `timeoutMs`. */
export function askTool<Answer>(name: string, question: unknown, timeoutMs?: number): Answer {
  const { stdout, status } = spawnSync(process.execPath, [toolPath(name)], {
    input: JSON.stringify(question),
    maxBuffer: MAX_ANSWER_BYTES,
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  if (status !== 0) throw new Error(`${name} has failed`);
  return JSON.parse(stdout) as Answer;
}

interface ToolLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly isQuiet?: boolean;
}

/**
 * The same without blocking this process, with arguments. Resolves with the output whatever the exit status; rejects without an
 * answer, after `timeoutMs`, and beyond `maxBytes` of output. `isQuiet`: standard error is dropped, since something is drawn there.
 */
export function startTool(
  name: string,
  args: readonly string[],
  question: unknown,
  { timeoutMs, maxBytes, isQuiet = false }: ToolLimits,
): Promise<string> {
  const child = spawn(process.execPath, [toolPath(name), ...args], {
    stdio: ['pipe', 'pipe', isQuiet ? 'ignore' : 'inherit'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  let length = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  // It may end without reading all of the question: the end of the process says why.
  child.stdin.on('error', () => {});
  child.stdin.end(question === null ? '' : JSON.stringify(question));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === null || length > maxBytes) reject(new Error(`${name} has failed`));
      else resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}
