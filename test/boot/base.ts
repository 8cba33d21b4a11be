/** The base system of the boots, made once: a folder of the cache, named after the script that makes it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Base {
  folder: string;
  vmlinuz: string;
}

/** `script`: what makes it, beside this file. */
export function findBase(here: string, name = 'prepare-base.sh'): Base {
  const script = join(here, name);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'upstart-boot');
  const hash = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 16);
  const folder = join(cache, hash);
  if (!existsSync(folder)) prepare(script, cache, folder);
  return { folder, vmlinuz: join(folder, 'vmlinuz') };
}

/** It gets its name when it is whole. */
function prepare(script: string, cache: string, folder: string): void {
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, 'partial-'));
  try {
    execFileSync('bash', [script, partial], { stdio: 'inherit' });
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
