/** Programs of lib/upstart that do what neither init nor each command should have to load: one answers one question and ends. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';

/** How much an answer may be, in bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** The path of one, by its name. */
export function toolPath(name: string): string {
  return join(dirname(process.argv[1] ?? ''), name);
}

/** Asks it, as JSON on its standard input; its answer comes as JSON, and its standard error is the caller's. Throws if there is no answer. */
export function askTool<Answer>(name: string, question: unknown): Answer {
  const { stdout, status } = spawnSync(process.execPath, [toolPath(name)], {
    input: JSON.stringify(question),
    maxBuffer: MAX_ANSWER_BYTES,
    stdio: ['pipe', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name} has failed`);
  return JSON.parse(stdout) as Answer;
}
