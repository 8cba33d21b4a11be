import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { GENERATED, generate } from '../../../../../scripts/generate.mjs';

const CHECKOUT = fileURLToPath(new URL('../../../../../', import.meta.url));
const SUPERVISOR = fileURLToPath(new URL('../../../../supervisor/', import.meta.url));
const LOGGER = fileURLToPath(new URL('../../../../logger/', import.meta.url));
const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE=', '-O2', '-Wall', '-Wextra', '-Werror'];
export const SANITIZE = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'];
export const RELAY = join(SUPERVISOR, 'test/relay.mjs');

/** A folder that exists until the tests of this file are over. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'supervisor-'));
  chmodSync(path, 0o755);
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Files of the folder of a package, compiled into a program. */
function compile(program: string, source: string, names: string[], flags: string[]): string {
  generate();
  execFileSync('cc', [
    ...FLAGS,
    `-I${source}`,
    `-I${join(CHECKOUT, GENERATED)}`,
    ...flags,
    '-o',
    program,
    ...names.map((name) => join(source, name)),
  ]);
  return program;
}

const sourcesOf = (source: string) =>
  readdirSync(source, { encoding: 'utf8', recursive: true }).filter(
    (name) => name.endsWith('.c') && !name.startsWith('test/'),
  );

/** The logger that was compiled with a supervisor. */
export const loggerOf = (program: string) => `${program}-logger`;

/**
 * Daemons of tests need not say that they come up, ends are reported after the output, and nobody is too slow to begin or to take over,
 * however slow the machine is.
 */
const PATIENT = [
  'START_PATIENCE',
  'RECOVERY_PATIENCE',
  'TOLD_PATIENCE',
  'LOG_PATIENCE',
  'FIRST_STEP_PATIENCE',
  'CHECK_PATIENCE',
];

/** The supervisor and its logger. Its daemons have all the time they want, where `flags` do not say otherwise. */
export function compileInit(...flags: string[]): string {
  const patience = PATIENT.filter((name) => !flags.some((flag) => flag.startsWith(`-D${name}=`)));
  const program = join(folder(), 'program');
  const sources = [...sourcesOf(LOGGER), '../supervisor/loop/loop.c'];
  compile(loggerOf(program), LOGGER, sources, [`-I${SUPERVISOR}`, ...flags]);
  return compile(program, SUPERVISOR, sourcesOf(SUPERVISOR), [
    ...patience.map((name) => `-D${name}=3600000`),
    ...flags,
  ]);
}

/** Both with the faults of `supervisor/test/faults.c`. */
export function compileFaultyInit(...flags: string[]): string {
  return compileInit(
    ...flags,
    '-Dwrite=faulty_write',
    '-Dposix_openpt=faulty_openpt',
    '-Dcalloc=faulty_calloc',
    '-Dioctl=faulty_ioctl',
    '-Dmemfd_create=deadly_memfd_create',
    '-Dwaitpid=deadly_waitpid',
    '-Dexecv=deadly_execv',
    '-Dclose_range=faulty_close_range',
    join(SUPERVISOR, 'test/faults.c'),
  );
}

/** `supervisor/test/frames-dump.c`, with sanitizers. */
export function compileFramesDump(): string {
  return compile(join(folder(), 'program'), SUPERVISOR, ['link/frames.c', 'test/frames-dump.c'], SANITIZE);
}

/** `supervisor/test/send-file.c`. */
export function compileSender(): string {
  return compile(join(folder(), 'program'), SUPERVISOR, ['test/send-file.c'], []);
}

/** `supervisor/test/notify-send.c`. */
export function compileNotifySend(): string {
  return compile(join(folder(), 'notify-send'), SUPERVISOR, ['test/notify-send.c'], []);
}
