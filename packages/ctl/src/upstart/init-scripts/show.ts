/** Scripts of System V as `ps` and `explain` show them, and whether an init has any. */
import { globMatches } from '@upstart/common';
import type { UpstartClient } from '@upstart/protocol';
import { type Palette, printable } from '../../text/colour.ts';
import type { Call } from '../command.ts';
import { NOTHING, type ShownRow } from '../ps/rows.ts';
import { type InitScript, RC_JOB, scriptNamed, startedScripts } from './init-scripts.ts';

export interface ScriptRow extends ShownRow {
  readonly kind: 'init-script';
  readonly health: null;
}

const ROOT = '/';

/** The rows of scripts that the words mean, of all without words; none where no job of the init, which `jobs` names, runs scripts. */
export function scriptRows(
  { context, session, words }: Pick<Call, 'context' | 'session' | 'words'>,
  jobs: ReadonlySet<string>,
): ScriptRow[] {
  if (session || !jobs.has(RC_JOB)) return [];
  const isMeant = ({ name }: InitScript): boolean =>
    !jobs.has(name) && (words.length === 0 || words.some((word) => word === name || globMatches(word, name)));
  return startedScripts(context.root ?? ROOT)
    .filter(isMeant)
    .map(rowOf);
}

/** The scripts among words that name no job. */
export async function scriptsAmong(
  words: readonly string[],
  client: UpstartClient,
  { context, session }: Pick<Call, 'context' | 'session'>,
): Promise<Map<string, InitScript>> {
  const found = new Map<string, InitScript>();
  if (session || words.length === 0) return found;
  const jobs = await client.call('list', { job: RC_JOB });
  if (!jobs.some(({ job }) => job === RC_JOB)) return found;
  for (const word of words) {
    const script = scriptNamed(word, context.root ?? ROOT);
    if (script) found.set(word, script);
  }
  return found;
}

function rowOf(script: InitScript): ScriptRow {
  const { name, state, pid } = script;
  const living = state === 'running' ? pid : null;
  return {
    ...NOTHING,
    kind: 'init-script',
    job: name,
    instance: '',
    health: null,
    state,
    pid: living,
    why: why(script),
  };
}

/** What is known of its state, and how to learn more. */
function why({ name, state, pid, pidFile }: InitScript): string | null {
  if (state === 'running') return null;
  const known = state === 'ended' ? `${pidFile} names process ${pid}, which has ended` : 'no pid file';
  return `${known}; \`service ${name} status\` asks the script`;
}

/** What `status` prints of a script. */
export function statusLine(script: InitScript): string {
  const { name, state, pid } = script;
  return `${printable(name)} ${state} (init.d script)${state === 'running' ? `, process ${pid}` : `: ${printable(why(script) ?? '')}`}`;
}

/** What `explain` prints of a script. */
export function scriptLines(script: InitScript, colour: Palette): string[] {
  const { name, path, state, pid, pidFile, runlevel, link, description, needs } = script;
  const text = why(script) ?? `process ${pid}, by ${pidFile}`;
  return [
    `${colour.strong(printable(name))} ${state} (init.d script): ${printable(text)}`,
    ...[
      ...(description === null ? [] : [`description: ${description}`]),
      `script: ${path}`,
      link === null
        ? `runlevel ${runlevel} does not start it`
        : `runlevel ${runlevel} starts it by ${link}, which the job ${RC_JOB} runs`,
      ...(needs.length === 0 ? [] : [`needs: ${needs.join(' ')}`]),
      `init does not supervise it; a job file /etc/init/${name}.conf takes its place`,
    ].map((line) => `  ${printable(line)}`),
  ];
}

/** Why there is nothing in `logs`. */
export function noLogText({ name }: InitScript): string {
  return `${printable(name)} is an init.d script, which has no log: it writes to the console, and its daemon to logs of its own or to syslog`;
}
