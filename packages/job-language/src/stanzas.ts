/**
 * The stanzas of job files: one row each (reference: job files §4). To add a stanza, add a row. A row says what its
 * arguments are and where they land; `set` lets the last one win, `add` lets them add up.
 */
import type { Slot } from '@upstart/common';
import {
  aWord,
  checkFailures,
  duration,
  envFile,
  exitStatus,
  fileMode,
  niceness,
  oneOf,
  oneOrMore,
  oomScore,
  type Reader,
  respawnCount,
  seconds,
  signal,
} from './arguments.ts';
import { clusterAtMost, clusterOne, emits } from './cluster-stanzas.ts';
import { parseCondition } from './condition-parser.ts';
import type { JobDefinition, ProcessDefinition } from './job-definition.ts';
import { cgroupSetting, resourceLimit, sameCGroupKey, sameResource } from './keyed-arguments.ts';
import type { Lexer } from './lexer.ts';
import { type LogPlace, logLabels, logTo, MAX_LOG_LABELS, MAX_LOG_TARGETS } from './log-stanzas.ts';
import { expect, MAX_WATCHDOG_S } from './notify-stanzas.ts';
import { MAX_PROBES, PROBE_READERS } from './probe-stanzas.ts';
import type { Probe } from './probes.ts';

/** The caller's part in parsing: settings and listeners for stanzas. */
export interface StanzaContext {
  /** Whether the daemon runs with `--debug`, without which the stanza of that name does nothing. */
  debug: boolean;
  /** Told of each script block, with the line of its first line of text. */
  onScript: ((slot: Slot, line: number, text: string) => void) | null;
  /** Told of each `manual`, with its line. */
  onManual: ((line: number) => void) | null;
  logPlace: LogPlace | null;
}

type Stanza = (lexer: Lexer, job: JobDefinition, context: StanzaContext) => void;

/** The fields of a definition that are lists of T. */
type ListField<T> = { [K in keyof JobDefinition]: JobDefinition[K] extends T[] ? K : never }[keyof JobDefinition];

/** The most `cgroup` settings a job may have. */
export const MAX_KEYED_ENTRIES = 256;

/** The longest pause before a respawn, the longest run that ends a series of them, and the longest settle time, in seconds. */
export const MAX_RESPAWN_DELAY_S = 3600;
/** The longest time without events before a restart by events, in seconds. */
export const MAX_RESTART_DELAY_S = 3600;
export const MAX_RESET_S = 86_400;
export const MAX_SETTLE_S = 3600;

/** The shortest pause between two tries of a probe, in milliseconds, the longest one, and the longest time to get ready, in seconds. */
export const MIN_INTERVAL_MS = 10;
export const MAX_INTERVAL_S = 86_400;
export const MAX_READY_TIMEOUT_S = 86_400;

/** The shortest pause between two checks, in milliseconds, and the longest time of one, in seconds. */
export const MIN_CHECK_INTERVAL_MS = 100;
export const MAX_CHECK_TIMEOUT_S = 3600;

const respawnPause = duration(0, MAX_RESPAWN_DELAY_S);

const STANZAS: Record<string, Stanza> = {
  description: set('description', aWord),
  author: set('author', aWord),
  version: set('version', aWord),
  usage: set('usage', aWord),
  instance: set('instance', aWord),
  env: add('env', (lexer) => [lexer.word()]),
  'env-file': add('envFiles', (lexer) => [envFile(lexer)]),
  export: add('export', oneOrMore(aWord)),
  emits,

  start: either({ on: condition('startOn') }),
  stop: either({ on: condition('stopOn') }),
  restart: either({ on: condition('restartOn'), delay: set('restartDelayMs', duration(0, MAX_RESTART_DELAY_S)) }),
  manual,
  debug,

  exec: command('main'),
  script: script('main'),
  'pre-start': hook('pre-start'),
  'post-start': hook('post-start'),
  'pre-stop': hook('pre-stop'),
  'post-stop': hook('post-stop'),

  expect,
  task: flag('task'),
  respawn: orElse(flag('respawn'), {
    limit: respawnLimit,
    delay: respawnDelay,
    reset: set('respawnResetMs', duration(1, MAX_RESET_S)),
  }),
  ready: either({
    ...probes('ready', PROBE_READERS.ready),
    log: aboutLog(probe('ready', PROBE_READERS.ready.log)),
    after: set('readyAfterMs', duration(0, MAX_SETTLE_S)),
    interval: set('readyIntervalMs', duration(MIN_INTERVAL_MS, MAX_INTERVAL_S)),
    timeout: set('readyTimeoutMs', duration(1, MAX_READY_TIMEOUT_S)),
  }),
  notify: either({ access: set('notifyAccess', oneOf('main', 'all')) }),
  watchdog: set('watchdogMs', duration(0, MAX_WATCHDOG_S)),
  check: either({
    ...probes('check', PROBE_READERS.check),
    interval: set('checkIntervalMs', duration(MIN_CHECK_INTERVAL_MS, MAX_INTERVAL_S)),
    timeout: set('checkTimeoutMs', duration(1, MAX_CHECK_TIMEOUT_S)),
    failures: set('checkFailures', checkFailures),
    action: set('checkAction', oneOf('restart', 'none')),
  }),
  normal: either({ exit: add('normalExit', oneOrMore(exitStatus)) }),
  kill: either({ timeout: set('killTimeoutS', seconds), signal: set('killSignal', signal) }),
  hook: either({ timeout: set('hookTimeoutS', seconds) }),
  reload: either({ on: condition('reloadOn'), signal: set('reloadSignal', signal) }),

  log: either({
    to: aboutLog(addUpTo('logTo', logTo, MAX_LOG_TARGETS)),
    label: addUpTo('logLabels', logLabels, MAX_LOG_LABELS),
  }),
  console: aboutLog(set('console', oneOf('none', 'output', 'owner', 'log'))),
  umask: set('umask', fileMode),
  nice: set('nice', niceness),
  oom: set('oomScore', oomScore),
  limit: addKeyed('limits', resourceLimit, sameResource),
  chroot: set('chroot', aWord),
  chdir: set('chdir', aWord),
  setuid: set('setuid', aWord),
  setgid: set('setgid', aWord),
  apparmor: either({
    load: store('security', (lexer) => ({ kind: 'exec', text: `/sbin/apparmor_parser -r -W ${lexer.word()}` })),
    switch: set('apparmorSwitch', aWord),
  }),
  cgroup: addKeyed('cgroups', cgroupSetting, sameCGroupKey),
  cluster: either({ one: clusterOne, at: either({ most: clusterAtMost }) }),
};

/** The words that stanzas begin with. */
export const STANZA_NAMES: readonly string[] = Object.keys(STANZAS);

/** Reads one stanza, from its keyword on. */
export const parseStanza: Stanza = either(STANZAS, (lexer) => lexer.stanzaName());

/** The stanza that the next keyword chooses from a table. */
function either(table: Record<string, Stanza>, read = (lexer: Lexer) => lexer.keyword()): Stanza {
  const stanzas = new Map(Object.entries(table));
  return (lexer, job, context) => {
    const keyword = read(lexer);
    const stanza = keyword === null ? undefined : stanzas.get(keyword);
    if (stanza === undefined) return lexer.fail('Unknown stanza');
    lexer.stanza = lexer.stanza === '' ? (keyword as string) : `${lexer.stanza} ${keyword}`;
    stanza(lexer, job, context);
  };
}

/** A stanza that may stand alone or with another keyword behind it. */
function orElse(alone: Stanza, table: Record<string, Stanza>): Stanza {
  const longer = either(table);
  return (lexer, job, context) => (lexer.hasToken() ? longer : alone)(lexer, job, context);
}

function set<K extends keyof JobDefinition>(field: K, read: Reader<NonNullable<JobDefinition[K]>>): Stanza {
  return (lexer, job) => {
    const value = read(lexer);
    lexer.endOfStanza();
    job[field] = value;
  };
}

function add<T>(field: ListField<T>, read: Reader<T[]>): Stanza {
  return (lexer, job) => {
    const values = read(lexer);
    lexer.endOfStanza();
    addTo(job, field, values);
  };
}

/** A list that has one entry per key: an earlier entry of the same key is replaced. */
function addKeyed<T>(field: ListField<T>, read: Reader<T>, same: (a: T, b: T) => boolean): Stanza {
  return (lexer, job) => {
    const entry = read(lexer);
    const list = job[field] as T[];
    const at = list.findIndex((other) => same(other, entry));
    if (at < 0 && list.length === MAX_KEYED_ENTRIES) {
      lexer.fail(`Too many entries, expected at most ${MAX_KEYED_ENTRIES}`);
    }
    lexer.endOfStanza();
    if (at < 0) addTo(job, field, [entry]);
    else list[at] = entry;
  };
}

/** A list that has so many entries at most. */
function addUpTo<T>(field: ListField<T>, read: Reader<T[]>, most: number): Stanza {
  return (lexer, job) => {
    const values = read(lexer);
    if ((job[field] as T[]).length + values.length > most) lexer.fail(`Too many entries, expected at most ${most}`);
    lexer.endOfStanza();
    addTo(job, field, values);
  };
}

function addTo<T>(job: JobDefinition, field: ListField<T>, values: T[]): void {
  const list = job[field] as T[];
  // A list without an entry is not only this job's.
  if (list.length === 0) (job[field] as T[]) = values;
  else for (const value of values) list.push(value);
}

/** A stanza on which it depends whether the output can be read. */
function aboutLog(stanza: Stanza): Stanza {
  return (lexer, job, context) => {
    const { line } = lexer;
    stanza(lexer, job, context);
    context.logPlace = { span: lexer.last, line, stanza: lexer.stanza };
  };
}

/** A stanza for each kind of probe. */
function probes(field: 'ready' | 'check', readers: Readonly<Record<string, Reader<Probe>>>): Record<string, Stanza> {
  return Object.fromEntries(Object.entries(readers).map(([kind, read]) => [kind, probe(field, read)]));
}

function probe(field: 'ready' | 'check', read: Reader<Probe>): Stanza {
  return addUpTo(field, (lexer) => [read(lexer)], MAX_PROBES);
}

function flag(field: 'task' | 'respawn'): Stanza {
  return set(field, () => true);
}

function store(slot: Slot, read: Reader<ProcessDefinition>): Stanza {
  return (lexer, job) => {
    const definition = read(lexer);
    lexer.endOfStanza();
    job.processes[slot] = definition;
  };
}

function command(slot: Slot): Stanza {
  return store(slot, (lexer) => ({ kind: 'exec', text: lexer.command() }));
}

function hook(slot: Slot): Stanza {
  return either({ exec: command(slot), script: script(slot) });
}

function script(slot: Slot): Stanza {
  return (lexer, job, context) => {
    lexer.endOfStanza();
    const { line } = lexer;
    const text = lexer.block();
    job.processes[slot] = { kind: 'script', text };
    context.onScript?.(slot, line, text);
  };
}

function condition(field: 'startOn' | 'stopOn' | 'restartOn' | 'reloadOn'): Stanza {
  return (lexer, job) => {
    job[field] = parseCondition(lexer);
  };
}

/** Drops the `start on` before it. The rest of its line is a stanza of its own. */
function manual({ line }: Lexer, job: JobDefinition, { onManual }: StanzaContext): void {
  job.startOn = null;
  onManual?.(line);
}

/** Like `manual`, does not mind what follows on its line. */
function debug(_lexer: Lexer, job: JobDefinition, context: StanzaContext): void {
  if (context.debug) job.debug = true;
}

/** `COUNT INTERVAL` or `unlimited`, which is kept as two zeros. */
function respawnLimit(lexer: Lexer, job: JobDefinition): void {
  const count = respawnCount(lexer);
  const interval = count === null ? 0 : seconds(lexer);
  lexer.endOfStanza();
  job.respawnLimit = count ?? 0;
  job.respawnIntervalS = interval;
}

/** `FIRST [LONGEST]`; without the second one the pause stays the same. */
function respawnDelay(lexer: Lexer, job: JobDefinition): void {
  const first = respawnPause(lexer);
  const longest = lexer.hasToken() ? respawnPause(lexer) : first;
  if (longest < first) lexer.fail('Illegal delay, the longest is shorter than the first');
  lexer.endOfStanza();
  job.respawnDelayMs = first;
  job.respawnMaxDelayMs = longest;
}
