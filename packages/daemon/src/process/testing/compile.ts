import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { GENERATED, generate } from '../../../../../scripts/generate.mjs';

const CHECKOUT = fileURLToPath(new URL('../../../../../', import.meta.url));
const SUPERVISOR = fileURLToPath(new URL('../../../../supervisor/', import.meta.url));
const FLAGS = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-pthread'];
export const SANITIZE = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
export const RELAY = join(SUPERVISOR, 'test/relay.mjs');

/** Files of the folder of the supervisor, compiled into a program that exists until the tests of this file are over. */
function compile(sources: string[], flags: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  chmodSync(folder, 0o755);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'program');
  generate();
  execFileSync('cc', [
    ...FLAGS,
    `-I${SUPERVISOR}`,
    `-I${join(CHECKOUT, GENERATED)}`,
    ...flags,
    '-o',
    program,
    ...sources.map((name) => join(SUPERVISOR, name)),
  ]);
  return program;
}

/** Daemons of tests need not say that they come up, however slow the machine is. */
const PATIENT = ['START_PATIENCE', 'RECOVERY_PATIENCE', 'TOLD_PATIENCE'];

/** The supervisor itself. Its daemons have all the time they want, where `flags` do not say otherwise. */
export function compileInit(...flags: string[]): string {
  const patience = PATIENT.filter((name) => !flags.some((flag) => flag.startsWith(`-D${name}=`)));
  return compile(
    readdirSync(SUPERVISOR, { encoding: 'utf8', recursive: true }).filter(
      (name) => name.endsWith('.c') && !name.startsWith('test/'),
    ),
    [...patience.map((name) => `-D${name}=3600000`), ...flags],
  );
}

/** The supervisor with the faults of `supervisor/test/faults.c`. */
export function compileFaultyInit(...flags: string[]): string {
  return compileInit(
    ...flags,
    '-Dwritev=faulty_writev',
    '-Dposix_openpt=faulty_openpt',
    '-Dioctl=faulty_ioctl',
    '-Dmemfd_create=deadly_memfd_create',
    '-Dwaitpid=deadly_waitpid',
    '-Dexecv=deadly_execv',
    '-Dclose_range=faulty_close_range',
    join(SUPERVISOR, 'test/faults.c'),
  );
}

/** The supervisor with `supervisor/test/slow-look.c`, and sanitizers. */
export function compileSlowInit(...flags: string[]): string {
  return compileInit(...flags, ...SANITIZE, '-Wl,--wrap=trouble_worked', join(SUPERVISOR, 'test/slow-look.c'));
}

/** `supervisor/test/frames-dump.c`, with sanitizers. */
export function compileFramesDump(): string {
  return compile(['link/frames.c', 'test/frames-dump.c'], SANITIZE);
}
