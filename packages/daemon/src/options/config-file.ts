/**
 * The file of init's settings: `upstart.conf`, with lines `KEY VALUE`. A key is the name of a long option. The command line wins. A wrong
 * line is reported with its place and left out, so that no mistake in it keeps a machine from its init.
 */
import { isAbsolute, join } from 'node:path';
import { configHome, nearest, quotedSetting, readSettingsText, settingLines, UsageError } from '@upstart/common';
import { DEFAULTS, type InitOptions } from './options.ts';
import { ROWS, type Row } from './rows.ts';

export const SYSTEM_FILE = '/etc/upstart/upstart.conf';

/** These choose the file or answer at once, so they are for the command line alone. */
const COMMAND_LINE_ONLY: ReadonlySet<string> = new Set([
  ...['user', 'container', 'config', 'allow-second'],
  ...['help', 'version'],
]);
/** Process 1 of a machine never ends. */
const FOR_INITS_THAT_END: ReadonlySet<string> = new Set(['exit-with', 'stop-timeout']);

/** The options that the file may have. */
export const SETTINGS: readonly Row[] = ROWS.filter(({ long }) => !COMMAND_LINE_ONLY.has(long));
const KEYS = new Map(SETTINGS.map((row) => [row.long, row]));

type Mode = Pick<InitOptions, 'user' | 'container' | 'config'>;

/** Reads the file that belongs to an init with these options. Returns the settings to which the command line is applied. */
export function readConfigFile(mode: Mode, env: Readonly<Record<string, string | undefined>>): InitOptions {
  const path = mode.config ?? (mode.user ? join(configHome(env), 'upstart.conf') : SYSTEM_FILE);
  try {
    return settingsOf(path, readSettingsText(path), mode);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = (code === 'ENOENT' || code === 'ENOTDIR') && mode.config === null;
    return isMissing ? DEFAULTS : { ...DEFAULTS, complaints: [`${path}: ${message}; no setting is taken from it`] };
  }
}

/** The settings in the text of a file. Each complaint begins with `path:line`. */
export function settingsOf(path: string, text: string, mode: Mode): InitOptions {
  let settings = DEFAULTS;
  const complaints: string[] = [];
  for (const { line, key, value } of settingLines(text)) {
    try {
      settings = { ...settings, ...rowOf(key, value, mode).apply(value, settings) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complaints.push(`${path}:${line}: ${error.message}`);
    }
  }
  return { ...settings, complaints };
}

/** Throws UsageError. */
function rowOf(key: string, value: string, { user, container }: Mode): Row {
  if (COMMAND_LINE_ONLY.has(key)) throw new UsageError(`${key}: is for the command line only`);
  const row = KEYS.get(key);
  if (!row) throw new UsageError(`unknown setting: ${quotedSetting(key)}${hint(key)}`);
  if (FOR_INITS_THAT_END.has(key) && !user && !container)
    throw new UsageError(`${key}: is for an init with --container or --user`);
  if (row.value === undefined && value !== '') throw new UsageError(`${key}: takes no value: ${quotedSetting(value)}`);
  if (row.value !== undefined && value === '') throw new UsageError(`${key}: expected ${row.value} behind it`);
  if (row.valueKind === 'folder' && !isAbsolute(value))
    throw new UsageError(`${key}: expected a path that begins with /: ${quotedSetting(value)}`);
  if (/\p{Cc}/u.test(value)) throw new UsageError(`${key}: control character in its value`);
  return row;
}

/** The nearest key: `--KEY VALUE` and `KEY=VALUE` are the likely mistakes. */
function hint(key: string): string {
  const name = key.replace(/^--/, '').replace(/=.*$/s, '');
  const meant = nearest(name, KEYS.keys());
  if (meant === null) return '';
  const { value } = KEYS.get(meant)!;
  return `; did you mean \`${meant}${value === undefined ? '' : ` ${value}`}\`?`;
}
