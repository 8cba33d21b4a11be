/** Processes of a process-compose file as jobs. */
import { join } from 'node:path';
import { jobFile, newDraft } from '../job-file/draft.ts';
import type { ProjectOptions, ProjectTranslation, ReportLine, TranslatedFile } from '../translation.ts';
import { isMapping, type Mapping, textOf, type Value, variablesOf, YamlFile } from '../yaml/yaml-file.ts';
import { expandVariables } from './expand.ts';
import { numberOf } from './probes.ts';
import { Process } from './process.ts';
import { addDefaults, settingOf } from './settings.ts';
import { fillIn, templateVariables } from './templates.ts';

/** Keys at the top that change nothing here. */
const TOP_WITHOUT_EFFECT = [
  'version',
  'name',
  'processes',
  'environment',
  'is_strict',
  'disable_env_expansion',
  'ordered_shutdown',
  'vars',
];
/** The occasions of a process that waits for another one. */
const CONDITIONS: Readonly<Record<string, (job: string) => string>> = {
  process_started: (job) => `started ${job}`,
  process_healthy: (job) => `started ${job}`,
  process_log_ready: (job) => `started ${job}`,
  process_completed: (job) => `stopped ${job}`,
  process_completed_successfully: (job) => `stopped ${job} RESULT=ok`,
};
/** More replicas than this are not made. */
const MAX_REPLICAS = 100;
const NAME = /^[A-Za-z0-9._-]+$/;

/** Throws YamlError where the file as a whole cannot be read. */
export function fromProcessCompose(text: string, options: ProjectOptions): ProjectTranslation {
  const file = new YamlFile(text, options.file);
  const report: ReportLine[] = [];
  for (const key of Object.keys(file.root))
    if (!TOP_WITHOUT_EFFECT.includes(key) && !key.startsWith('x-'))
      report.push({ place: file.place(key), kind: 'refused', text: 'this is left out' });
  const variables = { ...options.env, ...options.envFile };
  const expanded = (values: Mapping, onUnset: (variable: string) => void): Mapping =>
    file.root.disable_env_expansion === true ? values : expandVariables(values, variables, onUnset);
  const { environment = null } = expanded({ environment: file.root.environment ?? null }, (variable) =>
    report.push({ place: file.place('environment'), kind: 'approximated', text: unsetText(variable) }),
  );
  const common = variablesOf(environment) ?? [];
  const processes = Object.entries(isMapping(file.root.processes) ? file.root.processes : {}).flatMap(
    ([name, written]) => {
      const place = file.place('processes', name);
      const why = !NAME.test(name)
        ? 'a name of letters, digits and ._- is expected'
        : !isMapping(written)
          ? 'a mapping is expected'
          : null;
      if (why !== null || !isMapping(written)) {
        report.push({ place, kind: 'refused', text: why ?? '' });
        return [];
      }
      const unset = new Set<string>();
      const values = expanded(written, (variable) => unset.add(variable));
      const count = Math.min(Math.max(1, numberOf(values, 'replicas', 1)), MAX_REPLICAS);
      return Array.from({ length: count }, (_, number) => {
        const vars = { ...templateVariables(file.root.vars), ...templateVariables(values.vars) };
        const own = { ...vars, PC_REPLICA_NUM: String(number) };
        const job = newDraft(count === 1 ? name : `${name}-${number}`, `${name}, from ${place}`);
        const left = new Set<string>();
        const filled = fillIn(values, own, (template) => left.add(template)) as Mapping;
        const process = new Process(name, filled, job, options, file);
        for (const variable of unset) process.note('approximated', unsetText(variable));
        for (const template of left) process.note('refused', `no variable for ${template}`);
        process.job.env.push(...common);
        if (count > 1) process.job.env.push(['PC_REPLICA_NUM', String(number)]);
        return process;
      });
    },
  );
  const runnable = processes.filter(translate);
  for (const process of runnable) connect(process, runnable);
  const files = runnable.map(fileOf);
  return { files, report: [...report, ...processes.flatMap(reportOf)], ...summaryOf(runnable) };
}

const unsetText = (variable: string): string => `${variable} is not set: nothing stands for it`;

/** Translates all but what other processes have a part in; false for a process without a command. */
function translate(process: Process): boolean {
  for (const [key, value] of Object.entries(process.values)) settingOf(key)(process, value, key);
  addDefaults(process);
  if (process.job.main === '') process.note('refused', 'it has no command');
  return process.job.main !== '';
}

function connect(process: Process, all: readonly Process[]): void {
  const { job, values, options } = process;
  const conditions: string[] = [];
  for (const [on, how] of Object.entries(isMapping(values.depends_on) ? values.depends_on : {})) {
    const condition = (isMapping(how) ? textOf(how.condition) : null) ?? 'process_completed';
    const event = CONDITIONS[condition];
    const others = all.filter(({ origin }) => origin === on);
    if (event === undefined) process.note('refused', `unknown condition ${condition}`, 'depends_on', on);
    else if (others.length === 0)
      process.note('refused', `${on} is no job: this does not wait for it`, 'depends_on', on);
    else conditions.push(...others.map(({ name }) => event(name)));
  }
  const after = conditions.length > 0 ? conditions.join(' and ') : options.occasion.start;
  const start = process.timer ?? after;
  if (process.timer !== null && conditions.length > 0)
    process.note('refused', 'a time starts it, whatever it depends on', 'depends_on');
  job.startOn = values.disabled === true ? null : start;
  job.stopOn = options.occasion.stop;
  const awaited = all.flatMap((other) => conditionOn(other, process.origin));
  const isReadyLater = job.settings.some((line) => line.startsWith('ready '));
  if (isReadyLater && awaited.includes('process_started'))
    process.note('approximated', 'all that depend on it wait until it is ready');
  if (
    (process.timer !== null || awaited.some((condition) => condition.startsWith('process_completed'))) &&
    !job.settings.includes('respawn')
  )
    job.settings.unshift('task');
}

function conditionOn({ values }: Process, name: string): string[] {
  const how: Value | undefined = isMapping(values.depends_on) ? values.depends_on[name] : undefined;
  return how === undefined ? [] : [(isMapping(how) ? textOf(how.condition) : null) ?? 'process_completed'];
}

function fileOf(process: Process): TranslatedFile {
  const isRead = process.options.envFile !== null && process.values.is_dotenv_disabled !== true;
  if (isRead) process.job.envFiles.push(`-${join(process.options.folder, '.env')}`);
  return jobFile(process.job, {
    variable: (name) =>
      process.note('approximated', `${name}, with a line end, is for the main process alone`, 'environment'),
    stanza: (name, why) => process.note('refused', `${name}: ${why}`),
  });
}

/** The lines of a process's report: `exact` where there are no others. */
function reportOf(process: Process): readonly ReportLine[] {
  if (process.report.length === 0) process.note('exact', `${process.name} is the same`);
  return process.report;
}

function summaryOf(processes: readonly Process[]): Omit<ProjectTranslation, 'files' | 'report'> {
  const groups: Record<string, string[]> = {};
  const ports: Record<string, number[]> = {};
  const endsWith: Record<string, 'end' | 'failure'> = {};
  for (const { name, origin, namespace, port, ending } of processes) {
    if (name !== origin) groups[origin] = [...(groups[origin] ?? []), name];
    if (namespace !== null) groups[namespace] = [...(groups[namespace] ?? []), name];
    if (port !== null) ports[name] = [port];
    if (ending !== null) endsWith[name] = ending;
  }
  return { ports, groups, endsWith };
}
