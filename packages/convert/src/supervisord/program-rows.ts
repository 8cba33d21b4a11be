/** The keys of a program as stanzas: a row for each. docs/convert.md has this table. */
import { signalNumber } from '@upstart/common';
import type { GroupedJob } from '../job-file/grouped-job.ts';
import type { Fidelity } from '../translation.ts';

export interface ProgramRow {
  readonly key: string;
  readonly becomes: string;
  readonly fidelity: Fidelity;
  readonly note?: string;
  /** True: as the row says; otherwise why not. */
  readonly read: (
    value: string,
    job: GroupedJob,
    comments: readonly string[],
  ) => true | { readonly kind: Fidelity; readonly text: string };
}

type Read = ProgramRow['read'];
type Outcome = ReturnType<Read>;

const refusal = (text: string): Outcome => ({ kind: 'refused', text });

const isYes = (value: string): boolean => /^(?:true|yes|on|1)$/i.test(value);

const word =
  (stanza: string): Read =>
  (value, job, comments) =>
    job.word('settings', stanza, value, comments) || refusal('a value with a line end, or an empty one');

const number =
  (stanza: string): Read =>
  (value, job, comments) => {
    if (!/^\d+$/.test(value)) return refusal(`${value}: expected a number`);
    job.stanza('settings', `${stanza} ${Number(value)}`, comments);
    return true;
  };

const signal: Read = (value, job, comments) => {
  const name = value.toUpperCase().replace(/^SIG/, '');
  if (signalNumber(name) === undefined) return refusal(`${value}: no such signal`);
  if (name !== 'TERM') job.stanza('settings', `kill signal ${name}`, comments);
  return true;
};

/** `A="1",B='2'`. */
const environment: Read = (value, job, comments) => {
  const lost: string[] = [];
  for (const [, name = '', double, single, plain] of value.matchAll(
    /(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,]*))\s*,?\s*/g,
  ))
    if (!job.word('environment', 'env', `${name}=${(double ?? single ?? plain ?? '').trim()}`, comments))
      lost.push(name);
  return lost.length === 0 || refusal(`${lost.join(', ')}: a value with a line end`);
};

const logFile: Read = (value) =>
  value === 'AUTO' ||
  value === 'NONE' ||
  value === '/dev/stdout' ||
  value === '/dev/stderr' ||
  value === '/dev/fd/1' ||
  value === '/dev/fd/2'
    ? true
    : { kind: 'approximated', text: `${value}: the job's log is a file of init` };

const asSaid: Read = () => true;
const never: Read = () => refusal('');

const row = (key: string, becomes: string, read: Read, fidelity: Fidelity = 'exact', note?: string): ProgramRow => ({
  ...{ key, becomes, read, fidelity },
  ...(note !== undefined && { note }),
});

export const PROGRAM_ROWS: readonly ProgramRow[] = [
  row('directory', 'chdir', word('chdir')),
  row('user', 'setuid', (value, job, comments) =>
    /^\d+$/.test(value) ? refusal('a number: `setuid` takes names') : word('setuid')(value, job, comments),
  ),
  row('umask', 'umask', word('umask')),
  row('environment', 'env', environment),
  row('stopsignal', 'kill signal', signal),
  row('stopwaitsecs', 'kill timeout', number('kill timeout')),
  row('startsecs', 'ready after', (value, job, comments) =>
    value === '0' ? true : number('ready after')(value, job, comments),
  ),
  row('priority', '', asSaid, 'approximated', 'jobs start side by side: use `start on started`'),
  row('stdout_logfile', 'console log', logFile),
  row('stderr_logfile', 'console log', logFile),
  row('redirect_stderr', 'console log', asSaid, 'exact', 'both are in one log'),
  ...['stdout_logfile_maxbytes', 'stderr_logfile_maxbytes', 'stdout_logfile_backups', 'stderr_logfile_backups'].map(
    (key) => row(key, '', asSaid, 'approximated', '`--log-rotate-size` of init, for all jobs'),
  ),
  row('stopasgroup', '', asSaid, 'exact', 'signals go to the group'),
  row('killasgroup', '', asSaid, 'exact', 'signals go to the group'),
  ...['stdout_capture_maxbytes', 'stderr_capture_maxbytes', 'stdout_events_enabled', 'stderr_events_enabled'].map(
    (key) =>
      row(key, '', (value) => /^(?:0|false)/i.test(value) || refusal(''), 'refused', 'init reads no events in output'),
  ),
  row('stdout_syslog', '', (value) => !isYes(value) || refusal(''), 'refused', 'the log is a file'),
  row('stderr_syslog', '', (value) => !isYes(value) || refusal(''), 'refused', 'the log is a file'),
  row('serverurl', '', never, 'refused', 'there is no server of supervisord'),
];

/** Keys that `from-supervisord.ts` translates together. */
export const TOGETHER = [
  'command',
  'process_name',
  'numprocs',
  'numprocs_start',
  'autostart',
  'autorestart',
  'startretries',
  'exitcodes',
];
