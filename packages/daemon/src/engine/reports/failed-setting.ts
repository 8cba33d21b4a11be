/**
 * The setting of a job's file that failed during the set-up of a process, in the file's words. Noted with the failure, because the file may
 * change later.
 */
import type { Slot } from '@upstart/common';
import type { JobDefinition } from '@upstart/job-language';
import type { SpawnStep } from '../../supervisor/process-messages.ts';
import type { EngineSettings } from '../model/settings.ts';

const EPERM = 1;
/** The longest text that is kept of a file. */
const MAX_TEXT = 200;

interface Failed {
  settings: EngineSettings;
  definition: JobDefinition;
  slot: Slot;
  errno: number;
  /** The resource of the step `limit`. */
  detail: string;
}

type Setting = (failed: Failed) => string | null;

/** One row for each step that has a setting: its text, and what is worth knowing about it. */
const SETTINGS: Partial<Record<SpawnStep, Setting>> = {
  exec: command,
  limit,
  nice: ({ definition: { nice } }) => stanza('nice', nice),
  oom: ({ definition: { oomScore } }) => stanza('oom score', oomScore),
  chroot: ({ definition }) => folder('chroot', definition.chroot),
  chdir,
  'setuid-lookup': ({ definition, errno }) => account('setuid', 'user', definition.setuid, errno),
  'setgid-lookup': ({ definition, errno }) => account('setgid', 'group', definition.setgid, errno),
  getpwuid: user,
  initgroups: user,
  setuid: user,
  getgrgid: group,
  setgid: group,
  apparmor: ({ definition }) => stanza('apparmor switch', definition.apparmorSwitch),
  console: ({ definition }) => stanza('console', definition.console),
};

/** `` its file says `chdir /no/such/folder` ``; null where the step has no setting, or the value is not the file's. */
export function failedSetting(step: SpawnStep, failed: Failed): string | null {
  // The profile is loaded with none of the job's settings.
  if (failed.slot === 'security' && step !== 'exec') return null;
  return SETTINGS[step]?.(failed) ?? null;
}

function stanza(keyword: string, value: string | number | null): string | null {
  return value === null ? null : `its file says \`${cut(`${keyword} ${value}`)}\``;
}

/** `` it was to run `COMMAND` `` */
export function command({ definition, slot }: Pick<Failed, 'definition' | 'slot'>): string | null {
  const process = definition.processes[slot];
  return process?.kind === 'exec' ? `it was to run \`${cut(process.text.trim())}\`` : null;
}

function user({ definition }: Failed): string | null {
  return stanza('setuid', definition.setuid);
}

function group({ definition }: Failed): string | null {
  return stanza('setgid', definition.setgid);
}

/** A folder whose name contains shell syntax. */
function folder(keyword: string, path: string | null): string | null {
  const said = stanza(keyword, path);
  return said !== null && /^~|\$/.test(path ?? '') ? `${said}, and no variables or \`~\` are expanded there` : said;
}

function chdir({ settings, definition }: Failed): string | null {
  if (definition.chdir === null && definition.chroot !== null) return null;
  if (definition.chdir === null)
    return settings.directory === null ? null : `jobs without \`chdir\` run in ${cut(settings.directory)}`;
  const said = folder('chdir', definition.chdir);
  return definition.chroot === null
    ? said
    : `${said}, which is looked for below \`${cut(`chroot ${definition.chroot}`)}\``;
}

function account(keyword: string, kind: 'user' | 'group', name: string | null, errno: number): string | null {
  const said = stanza(keyword, name);
  if (said === null || errno !== 0) return said;
  const number = /^[0-9]+$/.test(name ?? '') ? ` (a name is expected, not a number)` : '';
  return `${said}, and there is no such ${kind}${number}`;
}

/** The kernel uses the same error for values that only root may set and for values beyond the machine's. */
function limit({ definition, detail, errno }: Failed): string | null {
  const found = definition.limits.find(({ resource }) => resource === detail);
  if (!found) return null;
  const [soft, hard] = [found.soft, found.hard].map((value) => value ?? 'unlimited');
  const said = stanza(`limit ${detail}`, `${soft} ${hard}`);
  if (errno !== EPERM) return said;
  const bound = detail === 'nofile' ? ', and not above the number in /proc/sys/fs/nr_open' : '';
  return `${said}; only root may raise a hard limit${bound}`;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
