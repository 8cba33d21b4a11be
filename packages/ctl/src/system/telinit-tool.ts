/** telinit: changes the run level, has init read its files again or replace itself (reference: system §4.2). */
import { setTimeout as pause } from 'node:timers/promises';
import { type Tool, type ToolCall, UsageError } from '@upstart/common';
import { ConnectionError, connect } from '@upstart/protocol';
import { changeRunlevel } from './runlevel-change.ts';
import { requireRoot } from './tool.ts';

const INIT_PID = 1;
/** Milliseconds between two looks for the new init, and until it is given up. */
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

type Action = (level: string, call: ToolCall) => Promise<void> | void;

const change: Action = (level, { program, given }) => {
  const extras = given.flatMap(([option, value]) => (option === 'env' ? String(value) : []));
  return changeRunlevel(program, level, extras);
};
const changeToSingle: Action = (_level, call) => change('S', call);
const reload: Action = () => void process.kill(INIT_PID, 'SIGHUP');

/** Everything that may be asked for, by its character. */
const ACTIONS: Readonly<Record<string, Action>> = {
  ...Object.fromEntries([...'0123456'].map((level) => [level, change])),
  S: changeToSingle,
  s: changeToSingle,
  Q: reload,
  q: reload,
  U: reexecute,
  u: reexecute,
};

export const telinit: Tool = {
  name: 'telinit',
  usage: 'RUNLEVEL',
  wordKind: Object.keys(ACTIONS),
  synopsis: 'Change runlevel.',
  options: [
    {
      long: 'env',
      short: 'e',
      letterOnly: true,
      value: 'KEY=VALUE',
      description: 'additional variable for the runlevel event',
    },
    { long: 'timeout', short: 't', letterOnly: true, value: 'SECONDS', description: 'accepted and ignored' },
  ],
  help: 'RUNLEVEL is one of 0123456 or S, or Q to read the job files again, or U to replace the running init by the installed one, which resumes where it stopped.',
  mistaken:
    'Run by root, `init` is `telinit`: `init --user` starts a session, `init --container` the init of a container.',
  async run(call) {
    const [level] = call.args;
    if (level === undefined) throw new UsageError('missing runlevel');
    const action = ACTIONS[level];
    if (!Object.hasOwn(ACTIONS, level) || action === undefined) throw new UsageError(`illegal runlevel: ${level}`);
    requireRoot();
    await action(level, call);
    return 0;
  },
};

/** Returns when the new init answers. */
async function reexecute(_level: string, { program }: ToolCall): Promise<void> {
  const client = await connect({ scope: 'system', client: program });
  // Without a key: the call ends with the connection, and must not be repeated.
  await client.call('reexecute', {}).catch((error) => {
    if (!(error instanceof ConnectionError)) throw error;
  });
  client.close();
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      (await connect({ scope: 'system', client: program })).close();
      return;
    } catch (error) {
      if (!(error instanceof ConnectionError) || performance.now() > deadlineMs) throw error;
      await pause(POLL_MS);
    }
  }
}
