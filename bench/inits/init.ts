/**
 * What the scenarios ask of an init: how it is set up with jobs, started, spoken to and ended. One file a product.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, treeOf } from '../harness/proc.ts';
import { run } from '../harness/programs.ts';
import { until } from '../harness/wait.ts';

/** The jobs that an init is to have: `count` services named job1, job2, … that run `command`. */
export interface Workload {
  count: number;
  command: readonly string[];
  /** Tasks are started all together and end by themselves. */
  kind: 'service' | 'task';
  /** Started as soon as init runs. */
  autostart: boolean;
  /** Started anew when they end. */
  respawn: boolean;
}

export function services(count: number, command: readonly string[] = ['sleep', '1000000']): Workload {
  return { count, command, kind: 'service', autostart: false, respawn: false };
}

export const jobName = (i: number): string => `job${i}`;

export function jobNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => jobName(i + 1));
}

/** Command lines for what a user asks of an init; absent where it has no such command. */
export interface Commands {
  status?(job: string): string[];
  list?(): string[];
  start?(job: string): string[];
  stop?(job: string): string[];
  /** All jobs, and the command returns when they run, or as soon as it can. */
  startAll?(count: number): string[];
  stopAll?(count: number): string[];
  runTasks?(): string[];
  reload?(): string[];
}

/** An init that is set up in a folder of its own, and not started yet. */
export interface Setup {
  daemon: string[];
  env: NodeJS.ProcessEnv;
  /** Where the init writes a variable that its clients need; `%p` stands for its pid. */
  sessionFile: string | null;
  /** Succeeds when init answers. */
  probe: string[];
  endSignal: 'SIGTERM' | 'SIGHUP';
  commands: Commands;
  /** Leaves nothing running, for an init whose jobs outlive it. */
  cleanUp?(): Promise<void>;
}

export interface Init {
  name: string;
  kind: 'this' | 'peer';
  /** Why it cannot run here; null when it can. */
  missing(): string | null;
  /** The program that is started ends with 0 once its daemon runs in the background. */
  background?: true;
  /** Milliseconds that a job must have run to be started anew at once. */
  settle: number;
  /** Commands that it has nothing for. */
  lacks?: readonly (keyof Commands)[];
  setUp(folder: string, workload: Workload): Setup;
}

export interface RunningInit {
  setup: Setup;
  folder: string;
  pid: number;
  /** With what its clients need. */
  env: NodeJS.ProcessEnv;
  end(): Promise<void>;
}

/** The inits that run, for a bench that has to end. */
const running = new Set<RunningInit>();

/** Ends every init that runs. */
export async function endAll(): Promise<void> {
  await Promise.allSettled([...running].map((one) => one.end()));
}

/** Milliseconds that an init gets to end. */
const END_PATIENCE = 60_000;

const folders: string[] = [];

/** A folder of one's own; what is left of it goes when the bench ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  folders.push(folder);
  return folder;
}

process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Starts an init and returns when it answers. */
export async function boot(init: Init, workload: Workload): Promise<RunningInit> {
  const folder = makeFolder();
  const setup = init.setUp(folder, workload);
  const [program, ...args] = setup.daemon as [string, ...string[]];
  const child = spawn(program, args, { env: setup.env, cwd: folder, stdio: 'ignore', detached: true });
  const ended = once(child, 'close');
  ended.catch(() => {});
  const env = { ...setup.env };
  const booted: RunningInit = {
    setup,
    folder,
    pid: child.pid as number,
    env,
    async end() {
      if (!running.delete(booted)) return;
      await endDaemon(child, setup, ended);
      await setup.cleanUp?.();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  running.add(booted);
  try {
    const file = setup.sessionFile?.replace('%p', String(child.pid)) ?? null;
    await until(`${init.name} answers`, async () => {
      const goesOn = child.exitCode === null || (child.exitCode === 0 && init.background);
      if (!goesOn || child.pid === undefined) throw new Error(`${init.name} has ended`);
      if (file !== null && !readSessionFile(file, env)) return false;
      return run(setup.probe, env).then(
        () => true,
        () => false,
      );
    });
  } catch (error) {
    await booted.end();
    throw error;
  }
  return booted;
}

async function endDaemon(child: ChildProcess, { endSignal }: Setup, ended: Promise<unknown>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const started = treeOf(child.pid).filter((pid) => pid !== child.pid);
  child.kill(constants.signals[endSignal]);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_PATIENCE);
  await ended;
  clearTimeout(timer);
  await until('what an init has started has ended', () => !started.some(isAlive));
}

function readSessionFile(path: string, env: NodeJS.ProcessEnv): boolean {
  const line = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (!line.endsWith('\n')) return false;
  const at = line.indexOf('=');
  env[line.slice(0, at)] = line.slice(at + 1).trim();
  return true;
}
