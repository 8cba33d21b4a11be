/**
 * reboot, halt and poweroff, as far as they need Node: mistakes and help, an orderly shutdown, and the steps before the
 * kernel is called by force where no script has done it (reference: system §4.5). `native/reboot.c` is the other half.
 */
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { callTool, type OptionSpec, type Options, standardStreams, type Tool, type ToolCall } from '@upstart/common';
import { LOGIN_FILES, recordShutdown } from '@upstart/common/login-records';
import { endProcesses } from './end-processes.ts';
import { previousRunlevel } from './runlevel-change.ts';
import { shutdown } from './shutdown-tool.ts';
import { requireRoot } from './tool.ts';
import { unmountAll } from './unmount.ts';

const SHUTDOWN_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  reboot: ['-r'],
  halt: ['-h', '-H'],
  poweroff: ['-h', '-P'],
};

const IGNORED = { description: 'accepted and ignored', letterOnly: true, shown: 'ignored' } as const;

/** As in native/reboot.c. */
const OPTIONS: readonly OptionSpec[] = [
  { long: 'no-sync', short: 'n', description: 'do not write buffers to disk first' },
  { long: 'force', short: 'f', description: 'tell the kernel at once, without stopping anything' },
  { long: 'clean', description: 'with force: end all processes and unmount file systems first' },
  { long: 'poweroff', short: 'p', description: 'switch the power off when halted' },
  { long: 'wtmp-only', short: 'w', description: 'only record the shutdown, do not carry it out' },
  { long: 'no-wtmp-record', short: 'd', ...IGNORED },
  { long: 'network-down', short: 'i', ...IGNORED },
  { long: 'disks-down', short: 'h', ...IGNORED },
];

/** `path`: that of the other half, by the name that it was called by. */
export function rebootTool(path: string): Tool {
  return {
    name: basename(path),
    usage: '[COMMAND]',
    wordKind: 'none',
    synopsis: 'Reboot, halt or power off the system.',
    options: OPTIONS,
    help: 'Without --force, and unless the system is in runlevel 0 or 6 already, shutdown is called. COMMAND is handed to the kernel by `reboot --force`.',
    async run(call) {
      requireRoot();
      // A system on its way down has called us to end it.
      const isGoingDown = '06'.includes(previousRunlevel(process.env, LOGIN_FILES));
      if (call.options.force === true || isGoingDown) return endByForce(call, path);
      return shutDown(call);
    },
  };
}

function shutDown({ program, options, out }: ToolCall): Promise<number> {
  if (options.debug === true) out('Calling shutdown\n');
  const how = program === 'halt' && options.poweroff === true ? 'poweroff' : program;
  return callTool(shutdown, [...(SHUTDOWN_OPTIONS[how] ?? []), 'now'], standardStreams);
}

/** Ends all processes, and has the other half call the kernel. */
async function endByForce({ options, args }: ToolCall, path: string): Promise<number> {
  const flags = flagsFor(options);
  if (options.clean === true) {
    recordShutdown(LOGIN_FILES, Date.now());
    await endProcesses();
    unmountAll((paths) => callAgain(path, ['-U', ...flags, ...paths]));
  }
  const recorded = options.clean === true ? ['-N'] : [];
  return callAgain(path, ['--force', ...recorded, ...flags, '--', ...args.slice(0, 1)]);
}

/** The options that still count for the other half. */
function flagsFor(options: Options): string[] {
  return ['no-sync', 'poweroff', 'verbose', 'debug'].flatMap((name) => (options[name] === true ? [`--${name}`] : []));
}

function callAgain(path: string, words: readonly string[]): number {
  return spawnSync(path, words, { stdio: 'inherit' }).status ?? 1;
}
