/** upstart-rc: runs the scripts of a run level, for the jobs `rc` and `rc-sysinit` (reference: system §5). */
import { type Tool, UsageError } from '@upstart/common';
import { origin } from '../command.ts';
import { BootEvents } from './rc/boot-events.ts';
import { type BootWorld, EmittingRunner, takeNetworkMark } from './rc/emitting-runner.ts';
import { readFacilities } from './rc/facilities.ts';
import { readMounts } from './rc/mounts.ts';
import { dependencies } from './rc/order.ts';
import { processRunner, runScripts } from './rc/run.ts';
import { type Script, scriptsOf } from './rc/scripts.ts';
import { connectSystem } from './tool.ts';

const LEVELS = '0123456S';

export const upstartRc: Tool = {
  name: 'upstart-rc',
  usage: 'RUNLEVEL',
  wordKind: [...LEVELS],
  synopsis: 'Run the init scripts of a runlevel.',
  options: [
    { long: 'dry-run', description: 'only print what would be run, and what it would wait for' },
    { long: 'events', description: 'emit the events of the boot as scripts end: mounted, filesystem and others' },
  ],
  help: 'Runs the K scripts of /etc/rcRUNLEVEL.d, then the S scripts, in the order of their numbers; scripts whose headers say what they need run at the same time as others that they do not need. PREVLEVEL in the environment is the runlevel before. Scripts of services that have a job are skipped. With INIT_VERBOSE in the environment it says which script begins and ends when.',
  async run({ args: [level], options, out, err, program }) {
    if (level === undefined) throw new UsageError('missing runlevel');
    if (level.length !== 1 || !LEVELS.includes(level)) throw new UsageError(`illegal runlevel: ${level}`);
    const previous = process.env.PREVLEVEL || 'N';
    const facilities = readFacilities();
    const { stop, start } = scriptsOf(level, previous);
    const env = { ...process.env, RUNLEVEL: level, PREVLEVEL: previous, runlevel: level, previous };
    const runner = processRunner(env, (text) => err(`${program}: ${text}\n`));
    for (const scripts of [stop, start]) {
      const waitsFor = dependencies(scripts, facilities);
      if (options['dry-run'] === true)
        for (const [at, script] of scripts.entries()) out(planned(script, waitsFor[at], scripts));
      else if (options.events !== true || scripts !== start) await runScripts(scripts, waitsFor, runner);
      else {
        const events = new BootEvents(scripts, facilities);
        const world = bootWorld(program, (text) => err(`${program}: ${text}\n`));
        const emitting = new EmittingRunner(runner, scripts, events, world);
        await emitting.begin();
        await runScripts(scripts, waitsFor, emitting);
        await emitting.end();
      }
    }
    return 0;
  },
};

/** The machine. An event that cannot be emitted is an error text: the boot continues. */
function bootWorld(program: string, complain: (text: string) => void): BootWorld {
  return {
    async emit(name, env) {
      try {
        const client = await connectSystem(program);
        try {
          await client.call('emit', { name, env: [...env], wait: false, ...origin(process) });
        } finally {
          client.close();
        }
      } catch (error) {
        complain(`${name}: ${(error as Error).message}`);
      }
    },
    mounts: () => readMounts(),
    takeNetwork: () => takeNetworkMark(),
  };
}

function planned({ path, action }: Script, waitsFor: readonly number[] = [], scripts: readonly Script[]): string {
  const names = waitsFor.map((at) => (scripts[at] as Script).service);
  return `${path} ${action}${names.length > 0 ? ` after ${names.join(' ')}` : ''}\n`;
}
