/** Runs scripts, each as soon as those that it waits for have ended. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Script } from './scripts.ts';

export interface ScriptRunner {
  /** Resolves when the script has ended, however it did. */
  run(script: Script): Promise<void>;
}

/** How many scripts run at once: they wait for other things most of the time. */
export const MOST_AT_ONCE = Math.max(4, 2 * availableParallelism());

/** Resolves when all have run. `waitsFor` has, for each script, the positions of those before it that it needs. */
export async function runScripts(
  scripts: readonly Script[],
  waitsFor: readonly (readonly number[])[],
  runner: ScriptRunner,
  most = MOST_AT_ONCE,
): Promise<void> {
  const left = waitsFor.map((before) => new Set(before));
  const begun = new Set<number>();
  let running = 0;
  await new Promise<void>((resolve) => {
    const next = (): void => {
      for (const [at, script] of scripts.entries()) {
        if (running >= most) break;
        if (begun.has(at) || (left[at] as Set<number>).size > 0) continue;
        begun.add(at);
        running++;
        runner.run(script).then(() => {
          running--;
          for (const others of left) others.delete(at);
          next();
        });
      }
      if (running === 0 && begun.size === scripts.length) resolve();
    };
    next();
  });
}

/** Runs a script as a process that has our console: its children may keep writing there. */
export function processRunner(env: NodeJS.ProcessEnv, complain: (text: string) => void): ScriptRunner {
  // The variable that init scripts go by, too.
  const say = env.INIT_VERBOSE ? complain : () => {};
  return {
    run: ({ path, action, service }) =>
      new Promise((resolve) => {
        say(`${path} ${action}`);
        const child = spawn(path, [action], { env, cwd: '/', stdio: 'inherit' });
        child.once('error', (error) => {
          complain(`${service}: ${error.message}`);
          resolve();
        });
        child.once('exit', (code, signal) => {
          say(`${path} ${action} has ended`);
          if (signal !== null) complain(`${service} ${action}: killed by ${signal.replace('SIG', '')} signal`);
          else if (code !== 0) complain(`${service} ${action}: ended with status ${code}`);
          resolve();
        });
      }),
  };
}
