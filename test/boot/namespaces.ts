/** A guest of namespaces, see namespaces.sh. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Console } from './console.ts';
import type { Answer, Guest } from './guest.ts';

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const NAMESPACES = ['--user', '--mount', '--uts', '--ipc', '--net', '--pid', '--setuid', '0', '--setgid', '0'];
/** By which signal the kernel ends the init of a pid namespace that asks for the end of the machine. */
const ENDS: Readonly<Record<string, string>> = { SIGINT: 'poweroff', SIGHUP: 'reboot' };
/** A shell that the signals of a shutdown have stopped would stay for ever. */
const PATIENCE = 180_000;

/** Boots a copy of `root`, in `folder`. */
export async function bootNamespaces(here: string, root: string, folder: string): Promise<Guest> {
  const pidFile = join(folder, 'pid');
  const booted = spawn('bash', [join(here, 'namespaces.sh'), root, join(folder, 'namespaces'), pidFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const console = new Console();
  booted.stdout.setEncoding('utf8').on('data', (chunk: string) => console.add(chunk));
  const ended = new Promise<string>((resolve) => {
    booted.once('exit', (code, signal) => resolve(ENDS[signal ?? ''] ?? `status ${code ?? signal}`));
  });
  const pid = await Promise.race([readPid(pidFile, booted), ended.then((how) => Promise.reject(new Error(how)))]);
  return {
    console,
    slowness: 1,
    ended,
    run: (script) => enter(pid, script),
    kill: () => void booted.kill('SIGKILL'),
  };
}

async function readPid(file: string, booted: ChildProcess): Promise<string> {
  while (booted.exitCode === null) {
    const text = readText(file);
    if (text.endsWith('\n')) return text.trim();
    await pause(20);
  }
  throw new Error('nothing has been booted');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function enter(pid: string, script: string): Promise<Answer> {
  const command = ['env', '-i', `PATH=${PATH}`, 'sh', '-c', script];
  const inside = spawn('nsenter', ['--target', pid, ...NAMESPACES, '--', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  let output = '';
  inside.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  return new Promise((resolve) => inside.once('close', (code) => resolve({ status: code ?? -1, output })));
}
