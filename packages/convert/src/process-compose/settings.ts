/** The keys of a process: a table of translations, one row a key. */
import { resolve } from 'node:path';
import { signalName } from '@upstart/common';
import { argumentsStanza, commandStanza, quotedWord, withLineEnds } from '../job-file/words.ts';
import { parseTimerSpan } from '../timer-span.ts';
import { isList, isMapping, textOf, type Value, variablesOf } from '../yaml/yaml-file.ts';
import { numberOf, translateLiveness, translateReadiness } from './probes.ts';
import type { Process } from './process.ts';

type Translate = (process: Process, value: Value, key: string) => void;

/** The time that process-compose gives a process to stop, and the pause before a restart, in seconds. */
const STOP_TIMEOUT_S = 10;
const BACKOFF_S = 1;

const leftOut: Translate = (process, _value, key) => process.note('refused', 'this is left out', key);
/** A setting without effect here, or one that is translated with others. */
const noEffect: Translate = () => {};

/** Variables that are for its command alone. */
function commandVariables({ options, values }: Process): Record<string, string> {
  const { expanded = {} } = options;
  const own = variablesOf(values.environment) ?? [];
  const set = Object.fromEntries(own.flatMap(([name, given]) => (given === null ? [] : [[name, given]])));
  const left = Object.entries(expanded).filter(([name]) => set[name] === undefined);
  return { ...Object.fromEntries(left), ...withLineEnds(set) };
}

const SETTINGS: Readonly<Record<string, Translate>> = {
  description(process, value) {
    process.job.description = textOf(value) || null;
  },
  command(process, value) {
    process.job.main = commandStanza(textOf(value) ?? '', { env: commandVariables(process) });
  },
  entrypoint(process, value, key) {
    const words = isList(value) ? value.map((word) => textOf(word) ?? '') : [];
    if (words.length === 0) process.note('refused', 'expected words', key);
    else process.job.main = argumentsStanza(words, { env: commandVariables(process) });
  },
  schedule(process, value, key) {
    const cron = isMapping(value) ? textOf(value.cron) : null;
    const every = isMapping(value) ? textOf(value.interval) : null;
    const zone = isMapping(value) ? textOf(value.timezone) : null;
    if (cron === null && parseTimerSpan(every ?? '') === null)
      process.note('refused', 'expected cron, or an interval of whole seconds', key);
    else if (cron === null) process.timer = `timer EVERY=${every}`;
    else process.timer = ['timer', quotedWord(`CRON=${cron}`), ...(zone === null ? [] : [`ZONE=${zone}`])].join(' ');
    if (isMapping(value) && value.run_on_start === true)
      process.note('refused', 'it does not run at the start', key, 'run_on_start');
  },
  log_location(process, _value, key) {
    process.note('approximated', '`upstart logs` shows its output, which is in a file of init', key);
  },
  working_dir(process, value) {
    process.job.chdir = resolve(process.options.folder, textOf(value) ?? '.');
  },
  environment(process, value, key) {
    const variables = variablesOf(value);
    if (variables === null) process.note('refused', 'expected variables', key);
    else process.job.env.push(...variables);
  },
  namespace(process, value) {
    process.namespace = textOf(value);
  },
  readiness_probe: translateReadiness,
  liveness_probe: translateLiveness,
  ready_log_line(process, value) {
    const pattern = (textOf(value) ?? '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    process.job.settings.push(`ready log ${quotedWord(pattern) ?? '.'}`);
  },
  availability(process, value, key) {
    if (!isMapping(value)) return;
    const { settings } = process.job;
    const policy = textOf(value.restart) ?? 'no';
    if (value.exit_on_end === true) process.ending = 'end';
    else if (policy === 'exit_on_failure') process.ending = 'failure';
    if (policy === 'always' || policy === 'on_failure') {
      const limit = numberOf(value, 'max_restarts', 0);
      settings.push('respawn', `respawn delay ${numberOf(value, 'backoff_seconds', BACKOFF_S)}`);
      settings.push(limit === 0 ? 'respawn limit unlimited' : `respawn limit ${limit} 86400`);
      if (limit > 0) process.note('approximated', `at most ${limit} restarts within a day`, key, 'max_restarts');
      if (policy === 'on_failure') settings.push('normal exit 0');
    } else if (policy !== 'no' && policy !== 'exit_on_failure') {
      process.note('refused', `unknown policy ${policy}`, key, 'restart');
    }
    if (value.exit_on_skipped === true) process.note('refused', 'this is left out', key, 'exit_on_skipped');
  },
  shutdown(process, value, key) {
    if (!isMapping(value)) return;
    const signal = signalName(numberOf(value, 'signal', 15));
    if (signal !== undefined && signal !== 'TERM') process.job.settings.push(`kill signal ${signal}`);
    if (typeof value.command === 'string')
      process.job.settings.push(commandStanza(value.command, { hook: 'pre-stop' }));
    if (value.parent_only === true)
      process.note('refused', 'all processes of the job get the signal', key, 'parent_only');
  },
  is_daemon(process, value, key) {
    if (value !== true) return;
    process.job.settings.push('expect daemon');
    process.note('approximated', 'its second fork is the daemon', key);
  },
  is_foreground: (process, value, key) => value === true && leftOut(process, value, key),
  is_tty: noEffect,
  disabled: noEffect,
  depends_on: noEffect,
  is_dotenv_disabled: noEffect,
  log_configuration: noEffect,
  launch_timeout_seconds: noEffect,
  replicas: noEffect,
  vars: noEffect,
};

export const settingOf = (key: string): Translate => SETTINGS[key] ?? leftOut;

/** Where the file is silent, process-compose's own values. */
export function addDefaults({ job, values, options }: Process): void {
  job.chdir ??= options.folder;
  const timeout = isMapping(values.shutdown)
    ? numberOf(values.shutdown, 'timeout_seconds', STOP_TIMEOUT_S)
    : STOP_TIMEOUT_S;
  job.settings.push(`kill timeout ${Math.ceil(timeout) || STOP_TIMEOUT_S}`);
}
