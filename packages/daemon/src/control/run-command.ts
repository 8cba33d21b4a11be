/**
 * Command lines that the launcher asks for, run in the daemon's warm process: the same code as in `ctl` under Node, with
 * calls that go straight to the handlers.
 */

import { encodeText } from '@upstart/common';
import { contains, KeyedClient, type Params, projectOfLogs, RUN_LOCALLY, type UpstartClient } from '@upstart/protocol';
import type { ClientProcess } from './client-process.ts';
import type { ControlContext } from './context.ts';
import { InProcessClient } from './in-process-client.ts';

/** The exports of the bundle of commands (packages/ctl/src/commands.ts); it is loaded when it is first needed. */
export interface CommandModule {
  runCommand(argv: string[], context: CommandWorld): Promise<number>;
}

/** The context of commands; the shape that `ctl` requires. */
interface CommandWorld {
  env: Record<string, string>;
  terminal: Params<'run'>['terminal'];
  /** Not those of the caller's process: a command reads no files of the caller. */
  local: false;
  isStranger: boolean;
  out(text: string): void;
  err(text: string): void;
  connect(): Promise<UpstartClient>;
  signal: AbortSignal;
}

/** The connection that asked. */
export interface RunCaller {
  privileged: boolean;
  key: string | undefined;
  process: ClientProcess;
  /** As a caller of the handlers has it. */
  needs(key: string): void;
  write(fd: 1 | 2, data: Uint8Array): void;
  /** As a caller of the handlers has it. */
  turn(): Promise<void>;
  /** Fires when the caller disconnects. */
  gone: AbortSignal;
}

let commands: Promise<CommandModule> | null = null;

/** Uses commands that are in memory already. */
export function provideCommands(module: CommandModule): void {
  commands = Promise.resolve(module);
}

/** Loads the commands ahead of the first call, so that it is as fast as the others. */
export function preloadCommands(): Promise<CommandModule> {
  commands ??= import(new URL('./commands.js', import.meta.url).href) as Promise<CommandModule>;
  return commands;
}

/** Runs a command line and resolves with its exit status. */
export async function runCommandLine(
  context: ControlContext,
  { argv, cwd, env, terminal }: Params<'run'>,
  caller: RunCaller,
): Promise<number> {
  if (env.UPSTART_SESSION === undefined && isOutside(cwd, context)) return RUN_LOCALLY;
  const { runCommand } = await preloadCommands();
  return runCommand(argv, {
    // The command is for this init: a search for sessions would run as another user here.
    env: { UPSTART_SESSION: context.runner.engine.state.settings.sessionAddress ?? '', ...env },
    terminal,
    local: false,
    isStranger: !caller.privileged,
    out: (text) => caller.write(1, encodeText(text)),
    err: (text) => caller.write(2, encodeText(text)),
    connect: () => Promise.resolve(inProcessClient(context, caller)),
    signal: caller.gone,
  });
}

/** Whether the daemon is that of a project somewhere else: the caller finds out whether another project is around it. */
function isOutside(cwd: string, { runner }: ControlContext): boolean {
  const { logDir } = runner.engine.state.settings;
  const project = logDir === null ? null : projectOfLogs(logDir);
  return project !== null && !contains(project, cwd);
}

/** A client without a socket. A repeatable command line gives each call a key of its own, so that repeating the line repeats no call. */
function inProcessClient(context: ControlContext, caller: RunCaller): UpstartClient {
  const client = new InProcessClient(context, caller);
  return caller.key === undefined ? client : new KeyedClient(client, caller.key);
}
