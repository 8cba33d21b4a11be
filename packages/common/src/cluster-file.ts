/** Where the settings of a host in its cluster are, and what init itself reads of them: all else is for `packages/cluster`. */
import { join } from 'node:path';
import { configHome } from './config-home.ts';
import { readSettingsText, settingLines } from './settings-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const SYSTEM_FILE = '/etc/upstart/cluster.conf';
/** In the user's folder of settings, as `upstart.conf` is: `~/.config/upstart` holds jobs. */
const SESSION_FILE = 'upstart-cluster.conf';
/** Names another file, for tests and for trying things out. */
const FILE_VARIABLE = 'UPSTART_CLUSTER_CONF';

const MAX_EVENT_NAME = 128;
/** They are parts of subjects on the servers: dots separate tokens there, too. */
const EVENT_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
/** The form of the names of events that may cross machines, in words. */
export const CLUSTER_EVENT_FORM = `words of A-Z a-z 0-9 _ - with dots between them, ${MAX_EVENT_NAME} characters at most`;

/** Whether an event of this name may cross machines. */
export const isClusterEvent = (name: string): boolean => name.length <= MAX_EVENT_NAME && EVENT_NAME.test(name);

/** What other hosts may ask of this one: nothing, questions, or changes too. */
export const FLEET_ACCESS = ['off', 'read', 'control'] as const;
export type FleetAccess = (typeof FLEET_ACCESS)[number];
/** The key of it in the file. */
export const FLEET_KEY = 'fleet';

/** The file that belongs to the init of the system, or of the session that `env` is from. */
export function clusterConfPath(env: Environment, isSession: boolean): string {
  return env[FILE_VARIABLE] || (isSession ? join(configHome(env), SESSION_FILE) : SYSTEM_FILE);
}

/** Whether the file has its host answer to others. A file that cannot be read does not; what is wrong with it is reported by its reader. */
export function answersFleet(env: Environment, isSession: boolean): boolean {
  try {
    const lines = settingLines(readSettingsText(clusterConfPath(env, isSession)));
    return lines.some(({ key, value }) => key === FLEET_KEY && value !== 'off');
  } catch {
    return false;
  }
}
