/** Rules about which stanzas stand together, and what they need. */
import { CLUSTER_EVENT_FORM, isClusterEvent } from '@upstart/common';
import { OF_CLUSTER } from '../event-sources.ts';
import type { Finding, LintWorld, Rule } from './rule.ts';
import type { ParsedFile, Statement } from './statements.ts';

/** Stanzas that add up, or that cannot contradict themselves. */
const MAY_STAND_TWICE: readonly string[] = [
  'env',
  'env-file',
  'export',
  'emits',
  'check exec',
  'check http',
  'check tcp',
  'check unix',
  'ready exec',
  'ready http',
  'ready log',
  'ready tcp',
  'ready unix',
  'log label',
  'log to',
  'normal exit',
  'cgroup',
  'task',
  'respawn',
  'manual',
  'debug',
];

/** Those that a main process has to meet before its job has started. */
const PROBED: readonly string[] = ['ready tcp', 'ready unix', 'ready http', 'ready exec', 'ready log'];
/** Those that a running main process is checked by. */
const CHECKED: readonly string[] = ['check tcp', 'check unix', 'check http', 'check exec'];

export const STANZA_RULES: readonly Rule[] = [
  { name: 'limit-without-respawn', check: limitWithoutRespawn },
  { name: 'ready-task', check: readyTasks },
  { name: 'notify-without-main', check: silent },
  { name: 'check-task', check: checkedTasks },
  { name: 'check-without-probe', check: settingsWithoutCheck },
  { name: 'cluster-without-conf', check: withoutCluster },
  { name: 'cluster-event', check: clusterEvents },
  { name: 'replaced-stanza', check: replacedStanzas },
];

function* limitWithoutRespawn({ statements, job }: ParsedFile): Iterable<Finding> {
  const setting = statements.find(({ name }) => name.startsWith('respawn '));
  if (job.respawn || setting === undefined) return;
  yield { at: setting.at, text: `\`${setting.name}\` alone does not respawn: add the stanza \`respawn\`` };
}

function* readyTasks({ statements, job }: ParsedFile): Iterable<Finding> {
  const ready = statements.find(
    ({ name }) => PROBED.includes(name) || (name === 'ready after' && job.readyAfterMs > 0),
  );
  if (ready === undefined) return;
  if (job.task)
    yield { at: ready.at, text: `\`${ready.name}\` means nothing to a task, which has started when it ends` };
  else if (!job.processes.main)
    yield { at: ready.at, text: `\`${ready.name}\` means nothing to a job without a main process` };
}

/** A job without a process that could say something. */
function* silent({ statements, job }: ParsedFile): Iterable<Finding> {
  const stanza = statements.find(({ name }) => name === 'watchdog' || name === 'notify access');
  if (stanza !== undefined && !job.processes.main)
    yield { at: stanza.at, text: `\`${stanza.name}\` means nothing to a job without a main process` };
}

function* checkedTasks({ statements, job }: ParsedFile): Iterable<Finding> {
  const check = statements.find(({ name }) => CHECKED.includes(name));
  if (check === undefined) return;
  if (job.task) yield { at: check.at, text: `\`${check.name}\` means nothing to a task, which ends by itself` };
  else if (!job.processes.main)
    yield { at: check.at, text: `\`${check.name}\` means nothing to a job without a main process` };
}

function* settingsWithoutCheck({ statements, job }: ParsedFile): Iterable<Finding> {
  const setting = statements.find(({ name }) => name.startsWith('check '));
  if (job.check.length > 0 || setting === undefined) return;
  yield {
    at: setting.at,
    text: `\`${setting.name}\` alone checks nothing: add \`check http\`, \`tcp\`, \`unix\` or \`exec\``,
  };
}

/** The first stanza, and the first event, that come to nothing. */
function* withoutCluster({ statements }: ParsedFile, world: LintWorld): Iterable<Finding> {
  const stanza = statements.find(({ name }) => name.startsWith('cluster '));
  const event = statements.flatMap(({ args }) => args).find(({ value }) => value.startsWith(OF_CLUSTER));
  if ((stanza === undefined && event === undefined) || world.hasClusterConf() !== false) return;
  const why = 'without a cluster.conf there is no cluster';
  if (stanza) yield { at: stanza.at, text: `${why}: \`${stanza.name}\` waits for its lease for ever` };
  if (event) yield { at: event.span, text: `${why}: \`${event.value}\` never comes` };
}

/** The events behind `emits cluster`. */
function* clusterEvents({ statements }: ParsedFile): Iterable<Finding> {
  for (const { name, args } of statements) {
    if (name !== 'emits' || args[0]?.value !== 'cluster') continue;
    for (const { value, span } of args.slice(1))
      if (!isClusterEvent(value))
        yield { at: span, text: `\`${value}\` cannot cross machines: expected ${CLUSTER_EVENT_FORM}` };
  }
}

function* replacedStanzas({ text, statements }: ParsedFile): Iterable<Finding> {
  const seen = new Map<string, Statement>();
  for (const statement of statements) {
    // A condition that `manual` dropped is not replaced by a later one.
    if (statement.name === 'manual') seen.delete('start on');
    const key = replacedBy(statement);
    if (key === null) continue;
    const earlier = seen.get(key);
    seen.set(key, statement);
    if (earlier === undefined) continue;
    const line = text.slice(0, earlier.at.start).split('\n').length;
    const what = key === 'main process' ? 'the main process' : `the \`${earlier.name}\``;
    yield { at: statement.at, text: `replaces ${what} of line ${line}: of several only the last one counts` };
  }
}

/** The key by which a later stanza replaces an earlier one; null if it replaces none. */
function replacedBy({ name, args }: Statement): string | null {
  if (MAY_STAND_TWICE.includes(name)) return null;
  if (name === 'exec' || name === 'script') return 'main process';
  if (name === 'limit') return `limit ${args[0]?.value}`;
  if (name.startsWith('cluster ')) return 'cluster';
  return name.replace(/^(p(?:re|ost)-\w+) \w+$/, '$1');
}
