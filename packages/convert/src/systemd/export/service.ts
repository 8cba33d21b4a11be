/** A job as a service. */
import type { JobDefinition, ProcessDefinition } from '@upstart/job-language';
import type { Report } from '../../report-builder.ts';
import { unitPrefix } from '../unit/names.ts';
import { secondsText } from '../unit/time.ts';
import { UnitText } from '../unit/unit-file.ts';
import { commandWord } from '../unit/words.ts';
import { commandOf, SHELL_WORDS } from './commands.ts';
import type { Relations } from './relations.ts';
import { SETTING_ROWS } from './setting-rows.ts';

/** The variable that tells the instances of a job apart; null: the job has one instance, or its name is made of several. */
export function instanceVariable({ instance }: JobDefinition): string | null {
  return /^\$\{?([A-Za-z_]\w*)\}?$/.exec(instance)?.[1] ?? null;
}

export function serviceName(job: JobDefinition): string {
  return `${unitPrefix(job.name)}${instanceVariable(job) === null ? '' : '@'}.service`;
}

export function serviceText(
  job: JobDefinition,
  relations: Relations,
  comments: readonly string[],
  report: Report,
): string {
  const unit = new UnitText(comments);
  const settings: (readonly ['Unit' | 'Service', string, string])[] = [];
  for (const row of SETTING_ROWS) {
    if (!row.has(job)) continue;
    row.write(job, (...setting) => settings.push(setting));
    const note = row.note === undefined ? '' : `: ${row.note}`;
    report.add(row.fidelity, `${job.name}: ${row.stanza}`, `${row.directives || 'left out'}${note}`);
  }
  for (const [section, key, value] of settings) if (section === 'Unit') unit.add(section, key, value);
  addRelations(unit, relations, job.name);
  addProcesses(unit, job, report);
  for (const [section, key, value] of settings) if (section === 'Service') unit.add(section, key, value);
  unit.addList('Install', 'WantedBy', relations.wantedBy);
  return unit.toString();
}

function addRelations(unit: UnitText, relations: Relations, job: string): void {
  if (relations.isSpecial) {
    unit.add('Unit', 'DefaultDependencies', 'no');
    if (relations.wantedBy.includes('sysinit.target')) unit.add('Unit', 'Conflicts', 'shutdown.target');
    if (relations.wantedBy.includes('sysinit.target')) unit.add('Unit', 'Before', 'shutdown.target');
  }
  const own = `${unitPrefix(job)}.service`;
  const others = (units: readonly string[]): string[] => units.filter((each) => each !== own);
  unit.addList('Unit', 'Requires', others(relations.requires));
  unit.addList('Unit', 'Wants', others(relations.wants));
  unit.addList('Unit', 'PartOf', others(relations.partOf));
  unit.addList('Unit', 'Conflicts', others(relations.conflicts));
  unit.addList('Unit', 'Before', others(relations.before));
  unit.addList('Unit', 'After', others(relations.after.filter((each) => !relations.before.includes(each))));
  unit.addList('Unit', 'RequiresMountsFor', relations.mounts);
}

function addProcesses(unit: UnitText, job: JobDefinition, report: Report): void {
  const add = (key: string, process: ProcessDefinition | undefined, prefix = ''): void => {
    if (process !== undefined) unit.add('Service', key, `${prefix}${commandOf(process)}`);
  };
  const {
    main,
    security,
    'pre-start': preStart,
    'post-start': postStart,
    'pre-stop': preStop,
    'post-stop': postStop,
  } = job.processes;
  unit.add('Service', 'Type', typeOf(job, report));
  if (main === undefined) unit.add('Service', 'RemainAfterExit', 'yes');
  addInstance(unit, job, report);
  if (security !== undefined) {
    add('ExecStartPre', security, '-+');
    report.approximated(`${job.name}: apparmor load`, 'ExecStartPre=, with all privileges');
  }
  if (main === undefined) {
    // Without a main process, pre-start is what the job does.
    if (preStart === undefined) unit.add('Service', 'ExecStart', '/bin/true');
    add('ExecStart', preStart);
    if (preStop !== undefined) report.exact(`${job.name}: pre-stop`, 'left out: without a main process it never runs');
  } else {
    add('ExecStartPre', preStart);
    add('ExecStart', main);
    if (preStop !== undefined) {
      add('ExecStop', preStop, '-');
      report.approximated(`${job.name}: pre-stop`, 'ExecStop=, which also runs when the process ends by itself');
    }
  }
  addReadiness(unit, job);
  add('ExecStartPost', postStart, '-');
  add('ExecStopPost', postStop);
  if (
    Object.values(job.processes).some(({ text }) =>
      /\binitctl\b|(?:^|[;&|{(])\s*(?:start|stop|status|emit)\b/m.test(text),
    )
  )
    report.approximated(`${job.name}: script`, 'it calls init, which is not there: initctl, start or stop');
}

function typeOf({ name, expect, task, processes }: JobDefinition, report: Report): string {
  const place = `${name}: expect ${expect}`;
  if (processes.main === undefined) {
    if (task)
      report.approximated(
        `${name}: task`,
        'without a main process its start would never end; the service stays active',
      );
    return 'oneshot';
  }
  if (task) {
    if (expect !== 'none') report.refused(place, 'a oneshot service has ended before it is started');
    return 'oneshot';
  }
  if (expect === 'notify') {
    report.exact(place, 'Type=notify');
    return 'notify';
  }
  if (expect === 'fork' || expect === 'daemon') {
    report.approximated(place, 'Type=forking: systemd guesses the main process, and does not count forks');
    return 'forking';
  }
  if (expect === 'stop') report.refused(place, 'systemd does not wait for SIGSTOP, and nothing continues the process');
  if (expect === 'fd') report.refused(place, 'systemd gives no descriptor to tell readiness on; use Type=notify');
  return 'exec';
}

function addInstance(unit: UnitText, job: JobDefinition, report: Report): void {
  const { name, instance, expect } = job;
  if (expect === 'fork' || expect === 'daemon') unit.add('Service', 'X-Upstart-Expect', expect);
  const variable = instanceVariable(job);
  const usesNames = Object.values(job.processes).some(({ text }) => text.includes('UPSTART_'));
  if (usesNames) unit.add('Service', 'Environment', `UPSTART_JOB=${commandWord(name)}`);
  if (instance === '') return;
  const place = `${name}: instance`;
  if (variable === null) {
    report.refused(place, `${instance}: the instances of a unit have one word as their name`);
    return;
  }
  unit.add('Service', 'Environment', `${variable}=%i`);
  report.exact(place, `a template, started as ${unitPrefix(name)}@NAME.service`);
}

/** `ready exec` and `ready after`. */
function addReadiness(unit: UnitText, { ready, readyAfterMs, readyIntervalMs, task }: JobDefinition): void {
  if (task) return;
  if (readyAfterMs > 0) unit.add('Service', 'ExecStartPost', `/bin/sleep ${secondsText(readyAfterMs)}`);
  for (const probe of ready) {
    if (probe.kind !== 'exec') continue;
    const loop = `until ${probe.command}; do sleep ${secondsText(readyIntervalMs)}; done`;
    unit.add('Service', 'ExecStartPost', [...SHELL_WORDS, loop, '/bin/sh'].map(commandWord).join(' '));
  }
}
