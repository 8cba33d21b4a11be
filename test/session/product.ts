/** The built product in a folder of its own, which every user can enter: a build meanwhile must not change what runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeFolder } from '../remove-folder.ts';

export const ROOT = process.env.UPSTART_CHECKOUT ?? fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(ROOT, 'dist');
const NOBODY = 65_534;

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
  /** How long it took, in milliseconds. */
  took: number;
}

/** Runs a program to its end. */
export function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  return outcomeOf(spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const began = performance.now();
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (data) => {
      said[name] += data;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...said, took: performance.now() - began }));
  });
}

export class Product {
  readonly folder: string;
  readonly bin: string;

  constructor(prefix: string) {
    if (!existsSync(join(DIST, 'bin/init'))) throw new Error('there is no built product: npm run build');
    this.folder = mkdtempSync(join(tmpdir(), prefix));
    chmodSync(this.folder, 0o755);
    cpSync(DIST, join(this.folder, 'product'), { recursive: true, verbatimSymlinks: true });
    this.bin = join(this.folder, 'product/bin');
  }

  /** Makes a folder in the product's, with files by name. */
  place(name: string, files: Record<string, string> = {}): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true, mode: 0o755 });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return path;
  }

  remove(): void {
    removeFolder(this.folder);
  }
}

/** Why tests with several users cannot be made here; null if they can. */
export function whyNoOtherUsers(): string | null {
  return process.getuid?.() === 0 ? null : 'only root can become other users';
}

/** A command line as another user, without any group. */
export function asUser(uid: number, words: readonly string[]): string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...words];
}

/** In front of commands of an ordinary user: they ask the system's init by its own socket, not over a bus. */
export const BY_SOCKET = ['env', 'UPSTART_SYSTEM_SOCKET_DIR=/run/upstart'] as const;

export { NOBODY };
