/** `check-config` (reference: control §3.6). */

import { adviceLines, brokenFileText, type Condition, globMatches } from '@upstart/common';
import { isKnownEvent, JOB_EVENTS } from '@upstart/job-language';
import { AddressError, ConnectionError, type JobConfig, UpstartError } from '@upstart/protocol';
import type { Command, Invocation } from '../command.ts';
import { aboutJob } from '../job-events.ts';
import { printable } from '../text/colour.ts';

/** The events that init itself emits (reference: events §11); a session also ends. */
const INIT_EVENTS = ['startup', 'debug', 'control-alt-delete', 'keyboard-request', 'power-status-changed'] as const;
const SESSION_EVENTS = ['session-end'] as const;

export const checkConfig: Command = {
  name: 'check-config',
  group: 'Other',
  synopsis: 'Check for unreachable jobs/event conditions.',
  usage: '[CONF]',
  wordKind: 'job',
  most: 1,
  options: [
    {
      long: 'ignore-events',
      short: 'i',
      value: 'LIST',
      valueKind: 'event',
      description: 'accept these events (separated by commas) too',
    },
    { long: 'warn', short: 'w', description: 'mind both sides of an "or"' },
  ],
  help: 'CONF is the name of the job to check; without it, all are checked. Events count as known if init or the emits of some job name them.',
  async run(invocation) {
    const { args, print } = invocation;
    let configs: JobConfig[];
    try {
      configs = await (await invocation.connect()).call('config', { job: null });
    } catch (error) {
      // Packages run this where no init is up, and must not fail there.
      if (!(error instanceof ConnectionError || error instanceof AddressError)) throw error;
      print.failure(error.message);
      return 0;
    }
    const [only] = args;
    const checked = only === undefined ? configs : configs.filter(({ job }) => job === only);
    if (only !== undefined && checked.length === 0) throw new UpstartError('unknown-job', `Invalid job class: ${only}`);
    const known = knownNames(configs, invocation);
    const complaints = checked.map((config) => complaintsAbout(config, known)).filter((lines) => lines.length > 0);
    for (const lines of complaints) print.line(lines.join('\n'));
    if (print.forPeople && only === undefined) await listBrokenFiles(invocation);
    return complaints.length > 0 ? 1 : 0;
  },
};

/** The jobs that wait for events or jobs that are not known, with the lines that `check-config` prints for each. */
export function unreachable(configs: readonly JobConfig[], session: boolean): { job: string; lines: string[] }[] {
  const { events, ...rest } = knownNames(configs, { options: {}, session });
  const known = { ...rest, events: (name: string) => isKnownEvent(name) || events(name) };
  return configs.flatMap((config) => {
    const [job, ...lines] = complaintsAbout(config, known);
    return job === undefined ? [] : [{ job, lines }];
  });
}

interface Known {
  readonly events: (name: string) => boolean;
  readonly jobs: ReadonlySet<string>;
  /** Whether both sides of an `or` must be reachable. */
  readonly strict: boolean;
}

function knownNames(
  configs: readonly JobConfig[],
  { options, session }: Pick<Invocation, 'options' | 'session'>,
): Known {
  const ignored = typeof options['ignore-events'] === 'string' ? options['ignore-events'].split(',') : [];
  const names = new Set<string>([...INIT_EVENTS, ...JOB_EVENTS, ...(session ? SESSION_EVENTS : []), ...ignored]);
  const patterns = [...new Set(configs.flatMap(({ emits }) => emits))];
  const answers = new Map<string, boolean>();
  const events = (name: string): boolean => {
    const answer = answers.get(name) ?? (names.has(name) || patterns.some((pattern) => globMatches(pattern, name)));
    answers.set(name, answer);
    return answer;
  };
  return { events, jobs: new Set(configs.map(({ job }) => job)), strict: options.warn === true };
}

function complaintsAbout(
  { job, startOn, stopOn, restartOn = null, reloadOn = null }: JobConfig,
  known: Known,
): string[] {
  const lines = [
    ...unmeetable(startOn, known).map((text) => `  start on: ${text}`),
    ...unmeetable(stopOn, known).map((text) => `  stop on: ${text}`),
    ...unmeetable(restartOn, known).map((text) => `  restart on: ${text}`),
    ...unmeetable(reloadOn, known).map((text) => `  reload on: ${text}`),
  ];
  return lines.length === 0 ? [] : [job, ...lines];
}

/** Unknown events and jobs in a bad condition; none for a good one. */
function unmeetable(condition: Condition | null, known: Known): string[] {
  if (condition === null) return [];
  const found: Findings = { unknown: [], bad: false };
  if (!canBeMet(condition, known, found)) found.bad = true;
  return found.bad ? found.unknown : [];
}

interface Findings {
  /** The fault of each operand that cannot be met, right operands before left ones as in the original. */
  readonly unknown: string[];
  /** Some operator, wherever it stands, cannot come true: then the whole condition is bad, even where the rest suffices. */
  bad: boolean;
}

function canBeMet(condition: Condition, known: Known, found: Findings): boolean {
  if (condition.op === 'event') {
    const trouble = unknownOperand(condition, known);
    if (trouble !== null) found.unknown.push(trouble);
    return trouble === null;
  }
  const right = canBeMet(condition.right, known, found);
  const left = canBeMet(condition.left, known, found);
  const met = condition.op === 'and' || known.strict ? left && right : left || right;
  if (!met) found.bad = true;
  return met;
}

function unknownOperand(operand: Extract<Condition, { op: 'event' }>, known: Known): string | null {
  if (!known.events(operand.name)) return `unknown event ${operand.name}`;
  const { job } = aboutJob(operand);
  return job === null || job.startsWith('$') || known.jobs.has(job) ? null : `unknown job ${job}`;
}

/** People also want to know which files were not read at all. */
async function listBrokenFiles({ connect, print }: Invocation): Promise<void> {
  const files = await (await connect()).call('brokenFiles', {});
  for (const file of files) {
    print.line(print.colour.bad(printable(brokenFileText(file))));
    for (const line of adviceLines(file)) print.line(`  ${line}`);
  }
}
