/**
 * The control groups of a job's processes (reference: jobs §11).
 */
import { counted } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import type { SpawnSpec } from '../../supervisor/process-messages.ts';
import { ExpansionError, expand } from '../environment/expand.ts';
import { MAX_EXPANSION } from '../limits.ts';
import type { EngineSettings } from '../model/settings.ts';
import type { InstanceState } from '../model/state.ts';

/** The placeholder for the job's own group. It is not a variable: `${UPSTART_CGROUP}` means nothing. */
const OWN = '$UPSTART_CGROUP';
/** Only the beginning of a name, as long as OWN, may hold slashes. */
const OWN_PART = OWN.length;
/** Stands for a name that cannot be expanded; the set-up of the group rejects it. */
const NO_NAME = '';

/** For the log: what a job, or an instance of it, has left behind. */
export function leftBehindText(name: string, count: number): string {
  return `${name} left ${counted(count, 'process', 'processes')} behind, which ${count === 1 ? 'has' : 'have'} been killed`;
}

/** The group of a job, relative to the root of a hierarchy: `upstart/JOB` or `upstart/JOB-INSTANCE`. */
export function ownCgroup(job: string, instance: string): string {
  const name = job.replaceAll('/', '_');
  return instance === '' ? `upstart/${name}` : `upstart/${name}-${instance}`;
}

/** Whether no other job has processes in the group of this stanza. One with a name of its own may be shared. */
export function isOwnCgroup({ name }: JobDefinition['cgroups'][number]): boolean {
  return name === null || name.startsWith(OWN);
}

/** The name by which survivors of an instance are found; no slash in it can lead elsewhere. */
export function jobCgroup(settings: EngineSettings, job: string, instance: string): string | null {
  if (!settings.jobCgroups) return null;
  const [first, ...rest] = ownCgroup(job, instance).split('/');
  return `${first}/${rest.join('_')}`;
}

/** The groups that the stanzas of a job ask for; `env` is the environment of the process. */
export function cgroups(
  definition: JobDefinition,
  instance: InstanceState,
  env: readonly string[],
): SpawnSpec['cgroups'] {
  const own = ownCgroup(definition.name, instance.name);
  // All names together are no longer than a variable may be.
  let most = MAX_EXPANSION;
  return definition.cgroups.map(({ controller, name: written, key, value }) => {
    const name = expandName(written ?? OWN, own, env, most);
    most = Math.max(0, most - name.length);
    return { controller, name, key, value };
  });
}

function expandName(name: string, own: string, env: readonly string[], most: number): string {
  const limits = { stanza: 'cgroup', most };
  try {
    if (!name.startsWith(OWN)) return expand(name, env, limits).replaceAll('/', '_');
    const text = own + expand(name.slice(OWN.length), env, limits);
    return text.slice(0, OWN_PART) + text.slice(OWN_PART).replaceAll('/', '_');
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    return NO_NAME;
  }
}
