/** One service as a job. */

import { GroupedJob } from '../../job-file/grouped-job.ts';
import type { TranslatedFile } from '../../translation.ts';
import { parseSpan, secondsText } from '../unit/time.ts';
import { type Directive, lastOf, listOf, type Unit, valuesOf } from '../unit/unit-file.ts';
import { conditionsOf, DEPENDENCIES } from './conditions.ts';
import { exitsOf, normalExitText, RESTARTS } from './exits.ts';
import { EXEC_KEYS, kindOf, Processes } from './processes.ts';
import { DIRECTIVE_ROWS } from './setting-rows.ts';
import { FOLDER_KEYS, folderLines, setupJob } from './setup-job.ts';
import { instanceVariable, plainText, type SpecifierContext } from './specifiers.ts';
import { startTests } from './start-tests.ts';
import type { KnownUnit, UnitSet } from './unit-set.ts';

export function jobOfService(own: KnownUnit, set: UnitSet): TranslatedFile[] {
  const { unit, job } = own;
  const { report } = set;
  const draft = new GroupedJob(job, `${job}, from ${unit.name}`, unit.comments);
  const context = contextOf(own, set);
  for (const place of unit.faults) report.refused(place, 'no directive');
  if (context.instance !== null && 'variable' in context.instance)
    draft.stanza('instance', `instance $${context.instance.variable}`);
  addSettings(unit, draft, context, set);
  const kind = kindOf(unit);
  const processes = new Processes(unit, context, draft, report);
  const group = nameOf(unit, 'Group', context);
  const folders = folderLines(unit, context, group, report);
  const tests = startTests(unit, context, report);
  processes.add(context.user === null ? [...tests, ...folders] : tests);
  const { start, stop } = conditionsOf(own, set, kind === 'task');
  if (start !== null) draft.stanza('conditions', `start on ${start}`);
  if (stop !== null) draft.stanza('conditions', `stop on ${stop}`);
  if (kind === 'service' || kind === 'task') addExits(unit, draft, set);
  reportExitsLeft(unit, kind, set);
  addDefaults(unit, draft, kind);
  const lines = [
    ...(context.user === null ? [] : folders),
    ...processes.privileged.map(({ line, mayFail }) => (mayFail ? `${line} || :` : line)),
  ];
  const variable = context.instance !== null && 'variable' in context.instance ? context.instance.variable : null;
  const setup = lines.length === 0 ? null : setupJob(job, lines, variable);
  reportRejected(own, draft, set);
  return setup === null ? [draft.file()] : [draft.file(), setup];
}

/** Values that no stanza takes. */
function reportRejected({ unit }: KnownUnit, { rejected }: GroupedJob, { report }: UnitSet): void {
  for (const { stanza, why } of rejected) report.refused(`${unit.name}: ${stanza}`, why);
}

/** The target as a job without a process: a state that others wait for. */
export function jobOfTarget(own: KnownUnit, set: UnitSet): TranslatedFile {
  const draft = new GroupedJob(own.job, `${own.job}, from ${own.unit.name}`, own.unit.comments);
  addSettings(own.unit, draft, contextOf(own, set), set);
  const { start, stop } = conditionsOf(own, set, false);
  if (start !== null) draft.stanza('conditions', `start on ${start}`);
  if (stop !== null) draft.stanza('conditions', `stop on ${stop}`);
  reportRejected(own, draft, set);
  return draft.file();
}

function contextOf(own: KnownUnit, { init }: UnitSet): SpecifierContext {
  const { unit, prefix, instance } = own;
  const instanceOf =
    instance === null ? null : instance === '' ? { variable: instanceVariable(unit) } : { name: instance };
  const context = { init, unit: unit.name, prefix, instance: instanceOf, user: null };
  return { ...context, user: isPrivileged(unit) ? null : nameOf(unit, 'User', context) };
}

/** Whether the main process has all privileges, whatever User= says: it changes its user itself. */
function isPrivileged(unit: Unit): boolean {
  return valuesOf(unit, 'Service', 'ExecStart').some(({ value }) => /^[-@:|]*[+!]/.test(value));
}

function nameOf(unit: Unit, key: 'User' | 'Group', context: SpecifierContext): string | null {
  const given = lastOf(unit, 'Service', key)?.value;
  const name = given === undefined ? null : plainText(given, context);
  return name === 'root' ? null : name;
}

/** Directives that other modules translate and report. */
const ELSEWHERE: readonly string[] = [
  ...DEPENDENCIES,
  ...EXEC_KEYS,
  ...FOLDER_KEYS,
  'Type',
  'NotifyAccess',
  'RemainAfterExit',
  'BusName',
  'TimeoutStartSec',
  'TimeoutSec',
];
const OF_EXITS = [
  'Restart',
  'RestartSec',
  'StartLimitBurst',
  'StartLimitInterval',
  'StartLimitIntervalSec',
  'SuccessExitStatus',
  'RestartPreventExitStatus',
  'RestartForceExitStatus',
];

function addSettings(unit: Unit, draft: GroupedJob, context: SpecifierContext, { report }: UnitSet): void {
  for (const directive of unit.directives) {
    const { section, key, value, place } = directive;
    const at = `${place}: ${key}`;
    if (section === 'Install' || section.startsWith('X-') || ELSEWHERE.includes(key) || OF_EXITS.includes(key))
      continue;
    if (/^(?:Condition|Assert)/.test(key) && section === 'Unit') continue;
    const row = DIRECTIVE_ROWS.find((each) => each.section === section && each.key === key);
    if (row === undefined) {
      if (!key.startsWith('X-')) report.refused(at, `no stanza for [${section}] ${key}=`);
      continue;
    }
    if (!isEffective(unit, directive, row.isList === true)) continue;
    if ((key === 'User' || key === 'Group') && isPrivileged(unit)) {
      report.approximated(at, 'left out: the program changes its user itself; its hooks have all privileges, too');
      continue;
    }
    const outcome = row.read(directive, draft, context);
    const text = row.note ?? row.becomes;
    if (outcome === true)
      report.add(
        row.fidelity,
        at,
        text === ''
          ? 'as any job'
          : row.becomes !== '' && row.note !== undefined
            ? `${row.becomes}: ${row.note}`
            : text,
      );
    else report.add(outcome.kind, at, outcome.text === '' ? `${value}: ${text}` : outcome.text);
  }
  addConsole(unit, draft);
}

/** Whether nothing below it replaces the directive. */
function isEffective(unit: Unit, directive: Directive, isList: boolean): boolean {
  const { section, key } = directive;
  return isList ? valuesOf(unit, section, key).includes(directive) : lastOf(unit, section, key) === directive;
}

function addConsole(unit: Unit, draft: GroupedJob): void {
  const of = (key: string): string => lastOf(unit, 'Service', key)?.value ?? '';
  const own = lastOf(unit, 'Service', 'StandardOutput');
  if (of('StandardOutput') === 'null' && ['null', 'inherit', ''].includes(of('StandardError')))
    draft.stanza('settings', 'console none', own?.comments);
  else if (of('TTYPath') === '/dev/console')
    draft.stanza('settings', of('StandardInput').startsWith('tty') ? 'console owner' : 'console output', own?.comments);
  else if (of('StandardOutput') === 'journal' && of('StandardError') === 'journal')
    draft.stanza('settings', 'console log', own?.comments);
}

const DEFAULT_RESTART_MS = 100;
const DEFAULT_BURST = '5';
const DEFAULT_INTERVAL_MS = 10_000;

function addExits(unit: Unit, draft: GroupedJob, { report }: UnitSet): void {
  const { respawn, normal, unknown } = exitsOf(unit);
  const restart = lastOf(unit, 'Service', 'Restart');
  const place = (key: string): string =>
    `${(lastOf(unit, 'Service', key) ?? lastOf(unit, 'Unit', key))?.place ?? unit.name}: ${key}`;
  if (restart !== undefined) {
    const note = Object.hasOwn(RESTARTS, restart.value) ? RESTARTS[restart.value] : 'no such value';
    report.add(
      note === null ? 'exact' : 'approximated',
      place('Restart'),
      respawn ? `respawn${note === null ? '' : `: ${note}`}` : 'none',
    );
  }
  if (normal.length > 0) draft.stanza('settings', `normal exit ${normalExitText(normal)}`);
  for (const word of unknown)
    report.refused(`${unit.name}: SuccessExitStatus`, `${word}: no status or signal that \`normal exit\` knows`);
  for (const key of ['SuccessExitStatus', 'RestartPreventExitStatus', 'RestartForceExitStatus'])
    if (listOf(unit, 'Service', key).length > 0) report.exact(place(key), 'normal exit');
  if (!respawn) return;
  draft.stanza('settings', 'respawn', restart?.comments);
  const interval =
    lastOf(unit, 'Unit', 'StartLimitIntervalSec') ??
    lastOf(unit, 'Unit', 'StartLimitInterval') ??
    lastOf(unit, 'Service', 'StartLimitInterval');
  const intervalMs = interval === undefined ? DEFAULT_INTERVAL_MS : (parseSpan(interval.value) ?? DEFAULT_INTERVAL_MS);
  const burst =
    (lastOf(unit, 'Unit', 'StartLimitBurst') ?? lastOf(unit, 'Service', 'StartLimitBurst'))?.value ?? DEFAULT_BURST;
  const isLimited = intervalMs > 0 && intervalMs !== Number.POSITIVE_INFINITY && Number(burst) > 0;
  draft.stanza(
    'settings',
    isLimited
      ? `respawn limit ${Number(burst)} ${Math.max(1, Math.round(intervalMs / 1000))}`
      : 'respawn limit unlimited',
    interval?.comments,
  );
  if (interval !== undefined) report.approximated(place(interval.key), 'respawn limit, which counts respawns alone');
  const delay = lastOf(unit, 'Service', 'RestartSec');
  const delayMs = Math.min(
    delay === undefined ? DEFAULT_RESTART_MS : (parseSpan(delay.value) ?? DEFAULT_RESTART_MS),
    3_600_000,
  );
  if (delayMs > 0) draft.stanza('settings', `respawn delay ${secondsText(delayMs)}`, delay?.comments);
  if (delay !== undefined) report.exact(place('RestartSec'), 'respawn delay');
}

/** Directives about the end of a process that have become nothing. */
function reportExitsLeft(unit: Unit, kind: string, { report }: UnitSet): void {
  const isRespawned = kind !== 'state' && exitsOf(unit).respawn;
  for (const directive of unit.directives.filter(({ key }) => OF_EXITS.includes(key))) {
    const at = `${directive.place}: ${directive.key}`;
    if (!isEffective(unit, directive, false) || report.lines.some(({ place }) => place === at)) continue;
    if (kind === 'state') report.refused(at, 'without a main process there is no end to react to');
    else if (isRespawned) report.approximated(at, 'respawn limit, which counts respawns alone');
    else report.approximated(at, 'init counts no starts of a job that does not respawn');
  }
}

/** What systemd does without a directive, and init does not. */
function addDefaults(unit: Unit, draft: GroupedJob, kind: 'service' | 'task' | 'state'): void {
  if (kind === 'state' || lastOf(unit, 'Service', 'TimeoutStopSec') !== undefined) return;
  const both = lastOf(unit, 'Service', 'TimeoutSec');
  const ms = both === undefined ? null : parseSpan(both.value);
  draft.stanza(
    'settings',
    `kill timeout ${ms === null || !Number.isFinite(ms) || ms === 0 ? DEFAULT_STOP_S : Math.ceil(ms / 1000)}`,
  );
}
const DEFAULT_STOP_S = 90;
