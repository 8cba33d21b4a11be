/**
 * The directives of services as stanzas: a row for each. Dependencies, commands and what starts a service have their own
 * modules (`conditions.ts`, `processes.ts`, `activation.ts`). docs/convert.md has this table.
 */
import { signalNumber } from '@upstart/common';
import { RESOURCE_NAMES } from '@upstart/job-language';
import type { GroupedJob } from '../../job-file/grouped-job.ts';
import type { Fidelity } from '../../translation.ts';
import { parseSpan, secondsText } from '../unit/time.ts';
import type { Directive } from '../unit/unit-file.ts';
import { splitWords } from '../unit/words.ts';
import { RESOURCES, SANDBOX, SCHEDULING } from './left-out.ts';
import { limitWord } from './limit-word.ts';
import { plainText, type SpecifierContext } from './specifiers.ts';

/** The outcome of one directive: as its row says, or why not. */
export type Outcome = true | { readonly kind: Fidelity; readonly text: string };

export interface DirectiveRow {
  readonly section: 'Unit' | 'Service';
  readonly key: string;
  readonly becomes: string;
  readonly fidelity: Fidelity;
  /** How it is approximated, or why it cannot be expressed. */
  readonly note?: string;
  /** Whether several assignments add up. */
  readonly isList?: boolean;
  readonly read: (directive: Directive, draft: GroupedJob, context: SpecifierContext) => Outcome;
}

const refusal = (text: string): Outcome => ({ kind: 'refused', text });
const near = (text: string): Outcome => ({ kind: 'approximated', text });
const exact = (text: string): Outcome => ({ kind: 'exact', text });
const SPECIFIER = 'a specifier that no stanza has';
const NO_WORD = 'a value with a line end, or an empty one';

const isNo = (value: string): boolean => /^(?:no|false|off|0)$/i.test(value);

type Read = DirectiveRow['read'];

/** A stanza with the value as its word. */
const word =
  (stanza: string, group: 'about' | 'settings'): Read =>
  (directive, draft, context) => {
    const text = plainText(directive.value, context);
    if (text === null) return refusal(SPECIFIER);
    return draft.word(group, stanza, text, directive.comments) || refusal(NO_WORD);
  };

/** A name of a user or a group. */
const name =
  (stanza: string): Read =>
  (directive, draft, context) => {
    const text = plainText(directive.value, context);
    if (text === null) return refusal(SPECIFIER);
    if (/^\d+$/.test(text)) return refusal('a number: the stanza takes names');
    if (text === 'root' && context.init === 'system') return exact('the default');
    return draft.word('settings', stanza, text, directive.comments) || refusal(NO_WORD);
  };

const number =
  (stanza: string, form: RegExp): Read =>
  ({ value, comments }, draft) => {
    if (!form.test(value)) return refusal(`${value}: expected a number`);
    draft.stanza('settings', `${stanza} ${Number(value)}`, comments);
    return true;
  };

const variables: Read = ({ value, comments }, draft, context) => {
  const lost: string[] = [];
  for (const each of splitWords(value)) {
    if (context.instance !== null && 'variable' in context.instance && each === `${context.instance.variable}=%i`)
      continue;
    if (each.startsWith('UPSTART_JOB=')) continue;
    const text = plainText(each, context);
    if (text === null || !/^\w+=/.test(text) || !draft.word('environment', 'env', text, comments)) lost.push(each);
  }
  return lost.length === 0 || refusal(`${lost.join(' ')}: not a value that \`env\` takes as it is`);
};

const passed: Read = ({ value, comments }, draft) => {
  for (const each of value.split(/\s+/)) draft.stanza('environment', `env ${each}`, comments);
  return true;
};

const environmentFile: Read = ({ value, comments }, draft, context) => {
  const path = plainText(value, context, true);
  if (path === null) return refusal(SPECIFIER);
  if (/[*?[]/.test(path)) return refusal('`env-file` takes no patterns');
  return draft.word('environment', 'env-file', path, comments) || refusal(NO_WORD);
};

const folder: Read = (directive, draft, context) => {
  const { value, comments } = directive;
  const path = value.replace(/^-/, '');
  if (path === '~') return refusal('`chdir` knows no home folders');
  const text = plainText(path, context);
  if (text === null) return refusal(SPECIFIER);
  if (!draft.word('settings', 'chdir', text, comments)) return refusal(NO_WORD);
  return value.startsWith('-') ? near('chdir, which fails if it is missing') : true;
};

const killSignal: Read = ({ value, comments }, draft) => {
  const text = value.replace(/^SIG/, '');
  if (signalNumber(text) === undefined) return refusal(`${value}: not a signal that the stanza has`);
  if (text === 'TERM') return exact('the default');
  draft.stanza('settings', `kill signal ${text}`, comments);
  return true;
};

/** Whole seconds: `kill timeout` has no others. */
export const FOR_EVER_S = 2_147_483_647;
const stopTimeout: Read = ({ value, comments }, draft) => {
  const ms = parseSpan(value);
  if (ms === null) return refusal(`${value}: no length of time`);
  if (ms === 1) {
    draft.stanza('settings', 'kill timeout 0', comments);
    return exact('kill timeout 0');
  }
  const isForEver = ms === Number.POSITIVE_INFINITY || ms === 0;
  const seconds = isForEver ? FOR_EVER_S : Math.ceil(ms / 1000);
  draft.stanza('settings', `kill timeout ${seconds}`, comments);
  return isForEver || ms % 1000 === 0 || near('in whole seconds');
};

const watchdog: Read = ({ value, comments }, draft) => {
  const ms = parseSpan(value);
  if (ms === null || ms === Number.POSITIVE_INFINITY) return exact('the default');
  draft.stanza('settings', `watchdog ${secondsText(ms)}`, comments);
  return true;
};

const limit =
  (resource: string): Read =>
  ({ value, comments }, draft) => {
    const [soft = '', hard = soft] = value.split(':');
    const words = [soft, hard].map((text) => limitWord(resource, text));
    if (words.includes(null)) return refusal(`${value}: no number`);
    draft.stanza('settings', `limit ${resource} ${words.join(' ')}`, comments);
    return true;
  };

const output: Read = ({ key, value }) => {
  if (/^(?:journal|syslog|kmsg|inherit|journal\+console|syslog\+console)$/.test(value))
    return exact('console log, the default');
  if (value === 'null' || value.startsWith('tty')) return true;
  return refusal(`${key}=${value}: the output of a job goes to its log; redirect it in \`exec\``);
};

const input: Read = ({ value }) => {
  if (value === 'null' || value.startsWith('tty')) return true;
  return refusal(`${value}: standard input is /dev/null`);
};

const unlessNo: Read = ({ value }) => (isNo(value) ? exact('off, as for any job') : refusal(''));
const never: Read = () => refusal('');
const asSaid: Read = () => true;

const rows = (
  section: 'Unit' | 'Service',
  keys: string,
  becomes: string,
  note: string,
  fidelity: Fidelity = 'refused',
  read: Read = fidelity === 'refused' ? unlessNo : asSaid,
): DirectiveRow[] =>
  keys
    .trim()
    .split(/\s+/)
    .map((key) => ({ section, key, becomes, fidelity, note, read, isList: true }));

const row = (
  section: 'Unit' | 'Service',
  key: string,
  becomes: string,
  read: Read,
  more: Partial<DirectiveRow> = {},
): DirectiveRow => ({
  ...{ section, key, becomes, fidelity: 'exact', read },
  ...more,
});

export const DIRECTIVE_ROWS: readonly DirectiveRow[] = [
  row('Unit', 'Description', 'description', word('description', 'about')),
  row('Unit', 'Documentation', 'a comment', ({ value, comments }, draft) => {
    draft.stanza('about', `# see ${value}`, comments);
    return true;
  }),
  row('Unit', 'X-Upstart-Author', 'author', word('author', 'about')),
  row('Unit', 'X-Upstart-Version', 'version', word('version', 'about')),
  row('Unit', 'X-Upstart-Usage', 'usage', word('usage', 'about')),
  row('Unit', 'X-Upstart-Emits', 'emits', ({ value, comments }, draft) => {
    draft.stanza('about', `emits ${value}`, comments);
    return true;
  }),
  row('Unit', 'X-Upstart-Export', 'export', ({ value, comments }, draft) => {
    draft.stanza('environment', `export ${value}`, comments);
    return true;
  }),
  row('Service', 'Environment', 'env', variables, { isList: true }),
  row('Service', 'PassEnvironment', 'env NAME', passed, { isList: true }),
  row('Service', 'EnvironmentFile', 'env-file', environmentFile, { isList: true }),
  row('Service', 'User', 'setuid', name('setuid')),
  row('Service', 'Group', 'setgid', name('setgid')),
  row('Service', 'WorkingDirectory', 'chdir', folder),
  row('Service', 'RootDirectory', 'chroot', word('chroot', 'settings')),
  row('Service', 'UMask', 'umask', ({ value, comments }, draft) => {
    if (!/^0*[0-7]{1,3}$/.test(value)) return refusal(`${value}: no mask`);
    draft.stanza('settings', `umask ${value}`, comments);
    return true;
  }),
  row('Service', 'Nice', 'nice', number('nice', /^-?\d+$/)),
  row('Service', 'OOMScoreAdjust', 'oom score', number('oom score', /^-?\d+$/)),
  row('Service', 'AppArmorProfile', 'apparmor switch', word('apparmor switch', 'settings')),
  ...RESOURCE_NAMES.map((resource) =>
    row('Service', `Limit${resource.toUpperCase()}`, `limit ${resource}`, limit(resource)),
  ),
  ...rows('Service', 'LimitRTTIME LimitLOCKS', '', 'no such resource', 'refused', never),
  row('Service', 'KillSignal', 'kill signal', killSignal),
  row('Service', 'TimeoutStopSec', 'kill timeout', stopTimeout),
  row('Service', 'WatchdogSec', 'watchdog', watchdog),
  row('Service', 'StandardOutput', 'console', output),
  row('Service', 'StandardError', 'console', output),
  row('Service', 'StandardInput', 'console owner', input, { fidelity: 'approximated', note: 'the console' }),
  row(
    'Service',
    'TTYPath',
    'console output, owner',
    ({ value }) =>
      value === '/dev/console' || refusal(`${value}: only the console; use getty, or redirect in \`exec\``),
  ),
  row(
    'Service',
    'KillMode',
    '',
    ({ value }) => {
      if (value === 'none') return refusal('a stop ends the process');
      return value === 'control-group'
        ? near('the signals go to the process group of the main process')
        : near('the kill signal goes to the process group of the main process');
    },
    { fidelity: 'approximated' },
  ),
  ...rows('Service', 'PIDFile GuessMainPID', '', 'init follows the forks of the process', 'approximated'),
  ...rows('Service', 'IgnoreSIGPIPE', '', 'SIGPIPE is not ignored', 'approximated'),
  ...rows('Service', 'TTYReset TTYVHangup TTYVTDisallocate', '', 'a terminal is reset by the program', 'approximated'),
  ...rows(
    'Service',
    'SyslogIdentifier SyslogFacility SyslogLevel SyslogLevelPrefix LogLevelMax LogExtraFields LogNamespace LogRateLimitIntervalSec LogRateLimitBurst',
    '',
    'the log is a file for each job',
    'approximated',
  ),
  ...rows('Service', 'RuntimeDirectoryPreserve', '', 'folders stay when the job stops', 'approximated'),
  ...rows(
    'Service',
    'SendSIGKILL SendSIGHUP FinalKillSignal RestartKillSignal WatchdogSignal TimeoutStopFailureMode TimeoutStartFailureMode TimeoutAbortSec',
    '',
    'the kill signal, then SIGKILL',
    'refused',
    never,
  ),
  ...rows('Service', 'RuntimeMaxSec RuntimeRandomizedExtraSec', '', 'no job ends by its age', 'refused', never),
  ...rows(
    'Service',
    'FileDescriptorStoreMax Sockets NonBlocking USBFunctionDescriptors USBFunctionStrings RootDirectoryStartOnly PermissionsStartOnly UnsetEnvironment ExecCondition ReloadSignal RestartMode RestartSteps RestartMaxDelaySec',
    '',
    'there is nothing like it',
    'refused',
    unlessNo,
  ),
  ...rows('Service', SANDBOX, '', 'init has no sandbox', 'refused', unlessNo),
  ...rows('Service', RESOURCES, '', 'use `cgroup`, or `limit`', 'refused', unlessNo),
  ...rows('Service', SCHEDULING, '', 'use chrt, taskset, ionice or setpriv in `exec`', 'refused', unlessNo),
  ...rows('Unit', 'DefaultDependencies', 'stop on', '', 'exact', asSaid),
  ...rows(
    'Unit',
    'StopWhenUnneeded RefuseManualStart RefuseManualStop AllowIsolate IgnoreOnIsolate CollectMode OnFailureJobMode SurviveFinalKillSignal',
    '',
    'an administrator may start and stop any job',
    'approximated',
  ),
  ...rows(
    'Unit',
    'JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction StartLimitAction FailureAction SuccessAction RebootArgument SourcePath',
    '',
    'there is nothing like it',
    'refused',
    never,
  ),
];
