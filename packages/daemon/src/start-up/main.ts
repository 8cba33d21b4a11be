/** The start of the daemon: greets the supervisor, reads init's arguments, and serves. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { lastWords, UsageError, VERSION } from '@upstart/common';
import { readConfigFile } from '../options/config-file.ts';
import { helpText, type InitOptions, parseOptions } from '../options/options.ts';
import { Memory, tidier } from '../runner/memory.ts';
import { readSupervisorLink } from '../supervisor/link.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { endInit, replaceSupervisor } from './end-init.ts';
import { serve } from './serve.ts';

const PROGRAM = 'init';

/** Runs the daemon; `script` is the file of its program, with its other files beside it. */
export function main(script: string): void {
  run(script).catch((error) => {
    process.stderr.write(`${PROGRAM}: ${basename(script)} cannot start: ${lastWords(error)}\n`);
    process.exit(1);
  });
}

async function run(script: string): Promise<void> {
  const link = readSupervisorLink(process.env);
  const { supervisor, state: supervisorState } = await Supervisor.connect(link.fd, link);
  if (!link.takesNumbers) {
    process.stderr.write(`${PROGRAM}: the supervisor is older than the installed one: re-executing it\n`);
    return replaceSupervisor(supervisor);
  }
  const options = readOptions(supervisor, link.initEnv);
  if (!options) return;
  const watcher = join(dirname(script), 'conf-watch');
  const memory = new Memory(tidier(join(dirname(script), 'return-memory.node')));
  await serve({
    ...{ program: PROGRAM, link, supervisor, supervisorState, options, memory },
    watcher: existsSync(watcher) ? watcher : null,
    bridge: join(dirname(script), 'bridge.js'),
    socketMaker: join(dirname(script), 'unconnected-socket'),
  });
}

/** Reads init's arguments and file of settings; null if there is no more work, and the supervisor ends. */
function readOptions(supervisor: Supervisor, env: Readonly<Record<string, string>>): InitOptions | null {
  const end = (status: number): null => {
    endInit(supervisor, status);
    return null;
  };
  // It need not have a reader.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const args = process.argv.slice(2);
    const options = parseOptions(args);
    if (options.asked === 'help') process.stdout.write(helpText(PROGRAM));
    else if (options.asked === 'version') process.stdout.write(`${PROGRAM} (upstart ${VERSION})\n`);
    else return parseOptions(args, readConfigFile(options, env));
    return end(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${PROGRAM}: ${error.message}\nTry \`${PROGRAM} --help' for more information.\n`);
    return end(1);
  }
}
