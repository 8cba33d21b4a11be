/** Services of a compose file as jobs of this machine: those that have a command of their own. */
import { jobFile, newDraft } from '../job-file/draft.ts';
import { argumentsStanza, withLineEnds, wordsOf } from '../job-file/words.ts';
import type { ProjectOptions, ProjectTranslation, ReportLine, TranslatedFile } from '../translation.ts';
import { isList, isMapping, type Mapping, textOf, type Value, YamlError, YamlFile } from '../yaml/yaml-file.ts';
import { translateHealth } from './health.ts';
import { withoutHosts } from './hosts.ts';
import { InterpolationError, interpolate } from './interpolate.ts';
import { Service } from './service.ts';
import { addDefaults, settingOf } from './settings.ts';

export interface ComposeOptions extends ProjectOptions {
  /** The profiles whose services start by themselves. */
  readonly profiles?: readonly string[];
}

/** Keys at the top that change nothing here. */
const TOP_WITHOUT_EFFECT = ['version', 'name', 'services'];
/** Keys that `mainOf` and others translate. */
const ELSEWHERE = ['command', 'entrypoint', 'image', 'build', 'healthcheck', 'stop_grace_period'];
/** How long files have to be quiet before a service restarts, in seconds. */
const QUIET_S = 0.5;
const NAME = /^[A-Za-z0-9._-]+$/;

/** Throws YamlError where the file as a whole cannot be read. */
export function fromCompose(text: string, options: ComposeOptions): ProjectTranslation {
  const file = new YamlFile(text, options.file);
  const report: ReportLine[] = [];
  for (const key of Object.keys(file.root))
    if (!TOP_WITHOUT_EFFECT.includes(key) && !key.startsWith('x-'))
      report.push({ place: file.place(key), kind: 'refused', text: 'there is no container: this is left out' });
  const services = isMapping(file.root.services) ? file.root.services : {};
  const translated = Object.entries(services).flatMap(([name, values]) => {
    const place = file.place('services', name);
    const refuse = (why: string): [] => {
      report.push({ place, kind: 'refused', text: why });
      return [];
    };
    if (!NAME.test(name)) return refuse('a name of letters, digits and ._- is expected');
    if (!isMapping(values)) return refuse('a mapping is expected');
    const unset: [key: string, variable: string][] = [];
    const own = expanded(values, options, file.place('services', name), (...found) => unset.push(found));
    const service = new Service(own, newDraft(name, `${name}, from ${place}`), options, file);
    for (const [key, variable] of unset)
      service.note('approximated', `${variable} is not set: nothing stands for it`, key);
    return [service];
  });
  const runnable = translated.filter(translateService);
  for (const service of runnable) connect(service, runnable, options);
  const files = runnable.map(fileOf);
  return { files, report: [...report, ...translated.flatMap(reportOf)], ...summaryOf(runnable) };
}

/** The values with variables expanded. Throws YamlError, which begins with `place`. */
function expanded(
  values: Mapping,
  { env, envFile }: ProjectOptions,
  place: string,
  onUnset: (key: string, variable: string) => void,
): Mapping {
  const entries = Object.entries(values).map(([key, value]): [string, Value] => {
    try {
      return [key, interpolate(value, { ...envFile, ...env }, (variable) => onUnset(key, variable))];
    } catch (error) {
      if (!(error instanceof InterpolationError)) throw error;
      throw new YamlError(`${place}.${key}: ${error.message}`);
    }
  });
  return Object.fromEntries(entries);
}

/** Translates all but what other services have a part in; false for a service that no process of this machine can be. */
function translateService(service: Service): boolean {
  const words = mainOf(service);
  if (words === null) return false;
  for (const [key, value] of Object.entries(service.values))
    if (!ELSEWHERE.includes(key) && !key.startsWith('x-')) settingOf(key)(service, value, key);
  addDefaults(service);
  service.words = words;
  return true;
}

/** The words of the command; null, with a line of the report, where there is none. */
function mainOf(service: Service): string[] | null {
  const { entrypoint, command, image, build } = service.values;
  const container = image !== undefined ? 'image' : 'build';
  const words = [...(listOf(entrypoint) ?? []), ...(listOf(command) ?? [])];
  if (words.length === 0) {
    const why =
      image === undefined && build === undefined
        ? 'it has no command'
        : 'it needs a container: give it a command of this machine';
    service.note('refused', why, ...(image === undefined && build === undefined ? [] : [container]));
    return null;
  }
  if (image !== undefined || build !== undefined)
    service.note('approximated', 'the command runs on this machine, without a container', container);
  return words;
}

function listOf(value: Value | undefined): string[] | null {
  if (typeof value === 'string') return wordsOf(value);
  return isList(value) ? value.map((word) => textOf(word) ?? '') : null;
}

/** What depends on other services: when it starts, and where it reaches them. */
function connect(service: Service, all: readonly Service[], options: ComposeOptions): void {
  const { job, name } = service;
  const names = all.map((other) => other.name);
  const conditions: string[] = [];
  for (const { on, condition, isRequired, restarts } of service.dependencies) {
    if (!names.includes(on)) {
      const kind = isRequired ? 'refused' : 'approximated';
      service.note(kind, `${on} is no job: this does not wait for it`, 'depends_on');
      continue;
    }
    conditions.push(condition === 'service_completed_successfully' ? `stopped ${on} RESULT=ok` : `started ${on}`);
    if (restarts) service.restarts.push(`started ${on}`);
  }
  const isActive = service.profiles.length === 0 || service.profiles.some((one) => options.profiles?.includes(one));
  const start = conditions.length > 0 ? conditions.join(' and ') : options.occasion.start;
  job.startOn = isActive ? start : null;
  job.stopOn = options.occasion.stop;
  if (service.restarts.length > 0) job.restartOn = service.restarts.join(' or ');
  // An editor changes several files at once.
  if (service.restarts.some((event) => event.startsWith('file '))) job.settings.push(`restart delay ${QUIET_S}`);
  const dependents = all.flatMap(({ dependencies }) => dependencies.filter(({ on }) => on === name));
  const conditionsOnIt = dependents.map(({ condition }) => condition);
  translateHealth(service, conditionsOnIt.includes('service_healthy'));
  if (conditionsOnIt.includes('service_healthy') && conditionsOnIt.includes('service_started'))
    service.note('approximated', 'all that depend on it wait until it is healthy', 'healthcheck');
  if (conditionsOnIt.includes('service_completed_successfully') && !job.settings.includes('respawn'))
    job.settings.unshift('task');
  reachHere(service, names);
  // Variables of files replace those of `env`, compose has it the other way round.
  const env = job.envFiles.length > 0 ? service.environment : withLineEnds(service.environment);
  job.main = argumentsStanza(service.words, { env });
}

function reachHere(service: Service, names: readonly string[]): void {
  for (const variable of service.job.env) {
    const [name, value] = variable;
    const replaced = value === null ? null : withoutHosts(value, names);
    if (replaced === null) continue;
    variable[1] = replaced;
    service.environment[name] = replaced;
    service.note('approximated', `${name} is ${replaced}: all services are on this machine`, 'environment', name);
  }
}

function fileOf(service: Service): TranslatedFile {
  return jobFile(service.job, {
    variable: (name) =>
      service.note('approximated', 'with a line end it is for the main process alone', 'environment', name),
    stanza: (name, why) => service.note('refused', `${name}: ${why}`),
  });
}

/** The lines of a service's report: `exact` where there are no others. */
function reportOf(service: Service): readonly ReportLine[] {
  if (service.report.length === 0) service.note('exact', `${service.name} is the same`);
  return service.report;
}

function summaryOf(services: readonly Service[]): Omit<ProjectTranslation, 'files' | 'report'> {
  const groups: Record<string, string[]> = {};
  for (const { name, profiles } of services)
    for (const profile of profiles) groups[profile] = [...(groups[profile] ?? []), name];
  const ports = services.filter(({ ports: own }) => own.length > 0).map(({ name, ports: own }) => [name, own] as const);
  return { ports: Object.fromEntries(ports), groups, endsWith: {} };
}
