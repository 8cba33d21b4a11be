/**
 * `env-file`: the files that a process gets variables from, and what to say when one of them cannot be used. They are read in the
 * background whenever a process is started (`supervisor/env-files.ts`).
 */
import { errnoText } from '@upstart/common';
import { ENV_FILE_FAULTS, type EnvFileFault, type JobDefinition } from '@upstart/job-language';
import type { SpawnSpec } from '../../supervisor/process-messages.ts';
import { getVariable, keyOf } from '../environment/environment.ts';
import { ExpansionError, expand } from '../environment/expand.ts';
import type { EngineState, InstanceState } from '../model/state.ts';
import { NOTIFY_VARIABLES, SUPPLIED_VARIABLES } from './spawn-spec.ts';

type EnvFiles = NonNullable<SpawnSpec['envFiles']>;

/**
 * A file's variables replace those of `env` stanzas and of init's table for jobs, which are defaults; those that a start was given,
 * by its caller or by events, stay.
 */
export function envFilesOf(
  { environment, settings }: Pick<EngineState, 'environment' | 'settings'>,
  { envFiles, env: lines }: JobDefinition,
  instance: InstanceState,
  env: readonly string[],
): EnvFiles {
  const defaults = new Set([...environment, ...lines]);
  for (const line of lines) {
    const inherited = line.includes('=') ? undefined : getVariable(settings.initEnv, line);
    if (inherited !== undefined) defaults.add(`${line}=${inherited}`);
  }
  const given = [...instance.env.filter((entry) => !defaults.has(entry)), ...instance.stopEnv].map(keyOf);
  const files = envFiles.map(({ path, mayBeMissing }) => ({ path: expanded(path, env), mayBeMissing }));
  return { files, fixed: [...given, ...SUPPLIED_VARIABLES, ...NOTIFY_VARIABLES] };
}

/** A path with a variable that has no value stays as it is, and is rejected when it is to be read. */
function expanded(path: string, env: readonly string[]): string {
  try {
    return expand(path, env, { stanza: 'env-file' });
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    return path;
  }
}

/** `unable to read env-file: /etc/default/web:3: expected KEY=VALUE`, from the report of the step `env-file`. */
export function envFileErrorText(
  { envFiles }: JobDefinition,
  { env }: InstanceState,
  { errno, detail }: { errno: number; detail: string },
): string {
  const [index, line = '0', fault = ''] = detail.split(' ');
  const path = expanded(envFiles[Number(index)]?.path ?? '', env);
  const place = line === '0' ? path : `${path}:${line}`;
  const reason = errno === 0 ? (ENV_FILE_FAULTS[fault as EnvFileFault] ?? fault) : errnoText(errno);
  return `unable to read env-file: ${place}: ${reason}`;
}
