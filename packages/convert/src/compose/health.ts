/** `healthcheck`: checks of the running job, and what its start waits for where another service waits until it is healthy. */
import { commandStanza, isOneLine, shellLine } from '../job-file/words.ts';
import { isList, isMapping, textOf, type Value } from '../yaml/yaml-file.ts';
import { secondsOf, within } from './durations.ts';
import type { Service } from './service.ts';

/** Compose's defaults, in seconds and tries. */
const DEFAULTS = { interval: 30, timeout: 30, retries: 3, startPeriod: 0 };
/** The longest pause between two tries while a start waits, in seconds: a developer waits, too. */
const MAX_READY_INTERVAL_S = 1;
const KNOWN = ['test', 'interval', 'timeout', 'retries', 'start_period', 'start_interval', 'disable'];

/** `isAwaited`: another service waits until this one is healthy. */
export function translateHealth(service: Service, isAwaited: boolean): void {
  const { healthcheck: given } = service.values;
  if (given === undefined) {
    if (isAwaited) service.note('approximated', 'it has no healthcheck: healthy once it has started');
    return;
  }
  if (!isMapping(given) || given.disable === true) return;
  for (const key of Object.keys(given))
    if (!KNOWN.includes(key)) service.note('refused', 'unknown key', 'healthcheck', key);
  const command = commandOf(given.test);
  if (command === 'none') return;
  if (command === null || !isOneLine(command)) {
    service.note('refused', 'a command of one line is expected', 'healthcheck', 'test');
    return;
  }
  const seconds = (key: string, otherwise: number): number => secondsOf(textOf(given[key])) ?? otherwise;
  const interval = seconds('interval', DEFAULTS.interval);
  const timeout = seconds('timeout', DEFAULTS.timeout);
  const retries = Number(textOf(given.retries) ?? DEFAULTS.retries) || DEFAULTS.retries;
  const startPeriod = seconds('start_period', DEFAULTS.startPeriod);
  service.job.settings.push(
    `check exec ${command}`,
    `check interval ${within(interval, 0.1, 86_400)}`,
    `check timeout ${within(timeout, 1, 3600)}`,
    `check failures ${within(retries, 1, 1000)}`,
    'check action none',
  );
  if (!isAwaited) return;
  const tryEvery = Math.min(seconds('start_interval', interval), MAX_READY_INTERVAL_S);
  service.job.settings.push(
    `ready exec ${command}`,
    `ready interval ${within(tryEvery, 0.01, 86_400)}`,
    `ready timeout ${within(startPeriod + interval * retries, 1, 86_400)}`,
  );
  service.note('approximated', `tried every ${within(tryEvery, 0.01, 86_400)} s until it is healthy`, 'healthcheck');
}

/** The command line for the shell; `none` for a test that is switched off, null for anything else. */
function commandOf(test: Value | undefined): string | 'none' | null {
  if (typeof test === 'string') return lineOf(test);
  if (!isList(test)) return null;
  const [kind, ...words] = test.map((word) => textOf(word) ?? '');
  if (kind === 'NONE') return 'none';
  if (kind === 'CMD-SHELL') return lineOf(words.join(' '));
  return kind === 'CMD' && words.length > 0 ? shellLine(words) : null;
}

/** A command line as it stands, or by a shell of its own where the stanza would not take it. */
function lineOf(text: string): string {
  const stanza = commandStanza(text);
  return stanza === `exec ${text.trim()}` ? text.trim() : shellLine(['sh', '-c', text.trim()]);
}
