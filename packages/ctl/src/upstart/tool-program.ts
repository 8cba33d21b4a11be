/** Programs of lib/upstart for work whose code neither init nor most commands should load: each answers one question and ends. */
import { spawnSync } from 'node:child_process';
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
