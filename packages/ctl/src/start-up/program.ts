/** initctl as a process of its own, which the launcher becomes for what the daemon leaves to it. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { isatty } from 'node:tty';
import {
  endReadably,
  exactArguments,
  nameCommandLine,
  nameProcess,
  onUnreadOutput,
  randomId,
  standardStreams,
} from '@upstart/common';
import { connect, KeyedClient, SYSTEM_SOCKET_DIR, type UpstartClient } from '@upstart/protocol';
import { loadDBus } from '../bus/load.ts';
import { type CommandContext, runCommand } from '../commands.ts';

/** Before the name the program was called by, when the launcher passes it on. */
const CALLED_AS = '--called-as';
const STDOUT = 1;
const STDERR = 2;
/** The exit status that Node has for a program with nothing left to do and no result. */
const UNFINISHED = 13;

/** The name the program was called by, and its arguments. */
function commandLine(): string[] {
  const [script = 'initctl', ...words] = exactArguments();
  return words[0] === CALLED_AS ? words.slice(1) : [script, ...words];
}

/** The init of a container may run as an ordinary user, who asks it as root asks that of a machine. */
function ownsSystemInit(): boolean {
  return statSync(SYSTEM_SOCKET_DIR, { throwIfNoEntry: false })?.uid === process.geteuid?.();
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs the command line of this process. */
export async function runProgram(): Promise<void> {
  endReadably('initctl ends by an error');
  process.exitCode = UNFINISHED;
  const words = commandLine();
  const out = isatty(STDOUT);
  const err = isatty(STDERR);

  const context: CommandContext = {
    env: process.env,
    terminal: {
      out,
      err,
      // Only a terminal's stream may be touched: Node stops a pipe's descriptor from blocking. Its width may change.
      get columns() {
        return out ? process.stdout.columns : err ? process.stderr.columns : 0;
      },
      get rows() {
        return out ? process.stdout.rows : 0;
      },
    },
    local: true,
    isStranger: process.geteuid?.() !== 0 && !ownsSystemInit(),
    ...standardStreams,
    onInterrupt(listener) {
      for (const signal of INTERRUPTS) process.on(signal, listener);
      const forget = onUnreadOutput(() => listener('SIGHUP'));
      return () => {
        forget();
        for (const signal of INTERRUPTS) process.off(signal, listener);
      };
    },
    async connect(scope) {
      nameProcess(words[0] ?? 'initctl');
      return new KeyedClient(await connect({ scope, client: 'initctl' }), randomId());
    },
    async connectByBus(bus, destination) {
      const [program = 'initctl', ...rest] = words;
      nameProcess(program);
      nameCommandLine([basename(program), ...rest]);
      const { clientOnBus } = await loadDBus();
      const native = (): Promise<UpstartClient> => context.connect(bus === 'system' ? 'system' : 'user');
      return clientOnBus({ bus, destination, env: process.env }, native);
    },
  };

  process.exitCode = await runCommand(words, context);
}
