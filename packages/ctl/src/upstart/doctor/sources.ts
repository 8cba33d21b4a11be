/** The sources of events that conditions of jobs need, or the fleet: whether they run. */
import type { SourceStatus } from '@upstart/protocol';
import { type Check, type Finding, ok, problem, warning } from './finding.ts';

/** The source that other hosts may need, too. */
const OF_FLEET = 'cluster';
/** The most jobs that are named. */
const MAX_NAMED = 3;

export const sources: Check = {
  name: 'sources',
  run: ({ init, session }) =>
    (init?.sources ?? [])
      .filter(({ name, jobs }) => jobs.length > 0 || name === OF_FLEET)
      .map((source) => findingOn(source, session)),
};

function findingOn(source: SourceStatus, session: boolean): Finding {
  const { name, state, reason, provider, jobs } = source;
  const text = `${name}, which ${needing(jobs)}, ${stateText(source)}${reason === null ? '' : `: ${reason}`}`;
  if (state === 'failed') return problem(text, failureAdvice(source));
  if (state !== 'off') return reason === null ? ok(text) : warning(text, null);
  return warning(text, provider === null ? missingAdvice(name, session) : `start it: upstart start ${provider}`);
}

/** `web, db, mail and 7 others need` */
function needing(jobs: readonly string[]): string {
  if (jobs.length === 0) return '`fleet` in cluster.conf needs';
  const named = jobs.slice(0, MAX_NAMED);
  const others = jobs.length - named.length;
  if (others > 0) return `${named.join(', ')} and ${others === 1 ? 'another one' : `${others} others`} need`;
  const last = named.pop();
  return named.length === 0 ? `${last} needs` : `${named.join(', ')} and ${last} need`;
}

function stateText({ state, provider }: SourceStatus): string {
  if (state === 'failed') return 'has failed';
  if (state === 'starting') return 'is about to start';
  if (provider === null) return 'does not run';
  const by = provider === 'init' ? 'init' : provider === 'client' ? 'another program' : `the job ${provider}`;
  return state === 'off' ? `is left to ${by}, which does not run it` : `is run by ${by}`;
}

/** What the sources need of the machine. */
const NEEDS: Readonly<Record<string, string>> = {
  cluster: 'correct cluster.conf, see cluster.conf(5)',
  dbus: 'start the bus (dbus-daemon), or correct its address',
  udev: 'start udev, and have udevadm on the PATH of init',
  event: "see that the system's init answers: upstart doctor",
};

function failureAdvice({ name, provider }: SourceStatus): string | null {
  const again = provider === 'init' ? 'it is tried again, less and less often' : null;
  return [NEEDS[name], again].filter((part) => part != null).join('; ') || null;
}

/** A session has all sources; the system's init lacks that of its own events. */
function missingAdvice(name: string, session: boolean): string {
  if (name === 'event' && !session) return 'move these jobs to a session, or name the event without `:sys:`';
  return `start init without --no-sources, or run it by hand: upstart-bridge ${session ? '--user ' : ''}${name}`;
}
