/** Probes of process-compose: `readiness_probe` is what the start waits for, `liveness_probe` a check of the running job. */
import { isOneLine, shellLine } from '../job-file/words.ts';
import { isMapping, type Mapping, textOf, type Value } from '../yaml/yaml-file.ts';
import type { Process } from './process.ts';

/** Defaults of process-compose, in seconds and tries. */
const DEFAULTS = { period: 10, timeout: 1, failures: 3, delay: 0 };
const HTTP_PORT = 80;

export function translateReadiness(process: Process, given: Value, key: string): void {
  const probe = probeOf(process, given, key);
  if (probe === null || !isMapping(given)) return;
  const period = numberOf(given, 'period_seconds', DEFAULTS.period);
  const delay = numberOf(given, 'initial_delay_seconds', DEFAULTS.delay);
  const failures = numberOf(given, 'failure_threshold', DEFAULTS.failures);
  process.job.settings.push(
    `ready ${probe}`,
    `ready interval ${period}`,
    `ready timeout ${Math.max(1, delay + period * failures)}`,
  );
  if (delay > 0)
    process.note('approximated', 'it is tried at once, and for that much longer', key, 'initial_delay_seconds');
  refuseThreshold(process, given, key);
}

export function translateLiveness(process: Process, given: Value, key: string): void {
  const probe = probeOf(process, given, key);
  if (probe === null || !isMapping(given)) return;
  process.job.settings.push(
    `check ${probe}`,
    `check interval ${numberOf(given, 'period_seconds', DEFAULTS.period)}`,
    `check timeout ${numberOf(given, 'timeout_seconds', DEFAULTS.timeout)}`,
    `check failures ${numberOf(given, 'failure_threshold', DEFAULTS.failures)}`,
  );
  const delay = numberOf(given, 'initial_delay_seconds', DEFAULTS.delay);
  if (delay > 0)
    process.note('approximated', 'the first check comes after `check interval`', key, 'initial_delay_seconds');
  refuseThreshold(process, given, key);
}

function refuseThreshold(process: Process, given: Mapping, key: string): void {
  if (numberOf(given, 'success_threshold', 1) > 1)
    process.note('refused', 'one success is enough', key, 'success_threshold');
}

/** What is tried, as a stanza has it; null, with a line of the report, for anything else. */
function probeOf(process: Process, given: Value, key: string): string | null {
  const http = isMapping(given) ? given.http_get : undefined;
  if (isMapping(http)) {
    const scheme = textOf(http.scheme) ?? 'http';
    if (scheme !== 'http') {
      process.note('refused', `no probes by ${scheme}`, key, 'http_get', 'scheme');
      return null;
    }
    const port = numberOf(http, 'port', HTTP_PORT);
    if (textOf(http.port) !== null && String(port) !== textOf(http.port)) {
      process.note('refused', 'expected the number of a port', key, 'http_get', 'port');
      return null;
    }
    process.port ??= port;
    const path = textOf(http.path) ?? '/';
    const status = textOf(http.status_code) ?? '200';
    return `http http://${textOf(http.host) ?? '127.0.0.1'}:${port}${path} ${status}`;
  }
  const exec = isMapping(given) ? given.exec : undefined;
  const command = isMapping(exec) ? textOf(exec.command) : null;
  if (command === null || !isMapping(exec)) {
    process.note('refused', 'expected exec or http_get', key);
    return null;
  }
  const folder = textOf(exec.working_dir);
  const line = shellLine(['sh', '-c', folder === null ? command : `cd ${shellLine([folder])} && ${command}`]);
  if (isOneLine(line)) return `exec ${line}`;
  process.note('refused', 'a command of one line is expected', key, 'exec', 'command');
  return null;
}

export function numberOf(values: Mapping, key: string, otherwise: number): number {
  const number = Number(textOf(values[key]) ?? otherwise);
  return Number.isFinite(number) && number >= 0 ? number : otherwise;
}
