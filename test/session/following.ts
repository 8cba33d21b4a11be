/** A command that lasts until it is interrupted. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { InitSession } from './init-session.ts';

export interface Following {
  /** The lines of its output so far. */
  lines(): string[];
  /** Interrupts it; resolves with its exit status, null if a signal ended it. */
  end(): Promise<number | null>;
}

/** Starts `upstart` with these words; it ends with the test at the latest. */
export function following({ product, env }: Pick<InitSession, 'product' | 'env'>, ...words: string[]): Following {
  const child = spawn(join(product.bin, 'upstart'), words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    lines: () => out.split('\n').slice(0, -1),
    end: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}
