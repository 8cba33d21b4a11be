/** Jobs and events as a graph: edges from conditions, from `emits`, and from the history. Pure. */
import { type Condition, conditionEvents, formatCondition, type GlobBudget, globMatches } from '@upstart/common';
import { isKnownEvent } from '@upstart/job-language';
import type { HistoryEntry, JobConfig } from '@upstart/protocol';
import { aboutJob } from '../../job-events.ts';
import { DrawError } from '../order.ts';
import { addSeen } from './seen.ts';

export interface GraphNode {
  /** `job:NAME` or `event:NAME`. */
  readonly id: string;
  readonly kind: 'job' | 'event';
  readonly name: string;
  /** Whether the job exists, or an emitter of the event is known. */
  readonly known: boolean;
  /** The conditions of a job, as one line each; null: it has none. */
  readonly startOn: string | null;
  readonly stopOn: string | null;
  readonly restartOn: string | null;
  readonly reloadOn: string | null;
  /** The probes of a job, in the words of its file. */
  readonly ready: readonly string[];
  readonly check: readonly string[];
}

/** The effect of a condition on its job. */
export type Verb = 'start' | 'stop' | 'restart' | 'reload';

/** An edge leads from the cause to the job or event that it acts on. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The effect on the job `to`; or the job `from` emits the event `to`. */
  readonly kind: Verb | 'emits';
  /** The events of the condition, each with its arguments: `started`, `runlevel [2345]`. Empty: only the history has it. */
  readonly events: readonly string[];
  /** The number of entries in the history. */
  readonly seen: number;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** What init emits about a job with `check`. */
const HEALTH_EVENTS: readonly string[] = ['unhealthy', 'healthy'];

/** A pattern that matches more jobs than this is a node of its own. */
export const MAX_PATTERN_JOBS = 50;

/** As a word behind `emits`, and the source of what other hosts emit. */
const CLUSTER = 'cluster';

export const jobId = (name: string): string => `job:${name}`;
export const eventId = (name: string): string => `event:${name}`;

/** The budget of all patterns of a graph together, a second or two; see `globMatches`. Later patterns match nothing. */
const MAX_PATTERN_STEPS = 100_000_000;

/** The graph of all jobs and of the events that they name. `budget`: for patterns in conditions and in `emits`. */
export function buildGraph(
  configs: readonly JobConfig[],
  history: readonly HistoryEntry[],
  budget: GlobBudget = { steps: MAX_PATTERN_STEPS },
): Graph {
  const builder = new GraphBuilder(configs, budget);
  for (const { job, startOn, stopOn, restartOn, reloadOn } of configs) {
    builder.condition(job, 'start', startOn);
    builder.condition(job, 'stop', stopOn);
    builder.condition(job, 'restart', restartOn);
    builder.condition(job, 'reload', reloadOn);
  }
  builder.emits();
  addSeen(builder, history);
  return builder.graph();
}

/**
 * The part of the graph around the jobs of `words`, names or patterns (also jobs that only others name): the events that start and stop
 * them, the emitters of those, and the jobs and events that they start, stop and emit. Throws DrawError for a word without a job.
 */
export function neighbourhood(graph: Graph, words: readonly string[]): Graph {
  const jobs = graph.nodes.filter(({ kind }) => kind === 'job');
  const meant = new Set<string>();
  for (const word of words) {
    const exact = jobs.filter(({ name }) => name === word);
    const found = exact.length > 0 ? exact : jobs.filter(({ name }) => globMatches(word, name));
    if (found.length === 0) throw new DrawError(`unknown job: ${word}`, true);
    for (const { id } of found) meant.add(id);
  }
  const near = graph.edges.filter(({ from, to }) => meant.has(from) || meant.has(to));
  // An event connects its emitters with the jobs that wait for it.
  const awaited = new Set(near.flatMap(({ from, kind }) => (kind === 'emits' ? [] : [from])));
  const emitted = new Set(near.flatMap(({ to, kind }) => (kind === 'emits' ? [to] : [])));
  const far = graph.edges.filter(
    ({ from, to, kind }) =>
      (kind === 'emits' ? awaited.has(to) : emitted.has(from)) && !meant.has(from) && !meant.has(to),
  );
  const edges = [...near, ...far];
  const kept = new Set([...meant, ...edges.flatMap(({ from, to }) => [from, to])]);
  return { nodes: graph.nodes.filter(({ id }) => kept.has(id)), edges };
}

type MutableEdge = { -readonly [K in keyof GraphEdge]: GraphEdge[K] } & { events: string[] };

export class GraphBuilder {
  readonly #configs: ReadonlyMap<string, JobConfig>;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #edges = new Map<string, MutableEdge>();

  readonly #budget: GlobBudget;

  constructor(configs: readonly JobConfig[], budget: GlobBudget) {
    this.#budget = budget;
    this.#configs = new Map(configs.map((config) => [config.job, config]));
    for (const { job } of configs) this.job(job);
  }

  condition(job: string, kind: Verb, condition: Condition | null | undefined): void {
    if (!condition) return;
    for (const event of conditionEvents(condition)) {
      const about = aboutJob(event);
      const words = [event.name, ...about.args].join(' ');
      for (const from of this.#sources(event.name, about.job)) this.edge(from, this.job(job), kind, words);
      if (HEALTH_EVENTS.includes(event.name)) this.#checked(event);
    }
  }

  /** Jobs with checks emit the events of their health: those that a condition means. */
  #checked({ name, args }: Extract<Condition, { op: 'event' }>): void {
    const arg = args.find((value) => value.startsWith('JOB=') || !value.includes('='));
    const pattern = arg?.replace(/^JOB=/, '') ?? '*';
    for (const { job, check = [] } of this.#configs.values())
      if (check.length > 0 && globMatches(pattern, job, this.#budget))
        this.edge(jobId(job), this.event(name), 'emits', '');
  }

  /**
   * Each pattern of an `emits` meets the events that conditions name; one that meets none is shown itself. What goes to the cluster comes
   * back as an event of the cluster.
   */
  emits(): void {
    const events = [...this.#nodes.values()].filter(({ kind }) => kind === 'event');
    for (const { job, emits, emitsCluster = [] } of this.#configs.values()) {
      const own = emitsCluster.length === 0 ? emits : emits.filter((word) => word !== CLUSTER);
      for (const pattern of [...own, ...emitsCluster.map((name) => `:${CLUSTER}:${name}`)]) {
        const met = events.filter(({ name }) => globMatches(pattern, name, this.#budget)).map(({ id }) => id);
        for (const to of met.length > 0 ? met : [this.event(pattern)]) this.edge(jobId(job), to, 'emits', '');
      }
    }
  }

  job(name: string): string {
    const config = this.#configs.get(name);
    const line = (condition: Condition | null | undefined): string | null =>
      condition ? formatCondition(condition) : null;
    return this.#node({
      ...{ id: jobId(name), kind: 'job', name, known: config !== undefined },
      ...{ startOn: line(config?.startOn), stopOn: line(config?.stopOn) },
      ...{ restartOn: line(config?.restartOn), reloadOn: line(config?.reloadOn) },
      ...{ ready: config?.ready ?? [], check: config?.check ?? [] },
    });
  }

  event(name: string): string {
    return this.#node({
      id: eventId(name),
      kind: 'event',
      name,
      known: isKnownEvent(name),
      ...{ startOn: null, stopOn: null, restartOn: null, reloadOn: null, ready: [], check: [] },
    });
  }

  /** `seen`: whether this is an entry of the history. */
  edge(from: string, to: string, kind: GraphEdge['kind'], words: string, seen = 0): void {
    const key = `${kind}\0${from}\0${to}`;
    let edge = this.#edges.get(key);
    if (edge === undefined) {
      edge = { from, to, kind, events: [], seen: 0 };
      this.#edges.set(key, edge);
    }
    edge.seen += seen;
    if (words !== '' && !edge.events.includes(words)) edge.events.push(words);
  }

  has(from: string, to: string, kind: GraphEdge['kind']): boolean {
    return this.#edges.has(`${kind}\0${from}\0${to}`);
  }

  graph(): Graph {
    const edges = [...this.#edges.values()];
    const emitted = new Set(edges.flatMap(({ to, kind }) => (kind === 'emits' ? [to] : [])));
    const nodes = [...this.#nodes.values()].map((node) => (emitted.has(node.id) ? { ...node, known: true } : node));
    return { nodes, edges };
  }

  #node(node: GraphNode): string {
    if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, node);
    return node.id;
  }

  /** The source of an event in a condition: a job, all jobs of a pattern, or the event itself. */
  #sources(event: string, job: string | null): string[] {
    if (job === null || job.startsWith('$')) return [this.event(job === null ? event : `${event} ${job}`)];
    if (this.#configs.has(job) || !/[*?[]/.test(job)) return [this.job(job)];
    const met = [...this.#configs.keys()].filter((name) => globMatches(job, name, this.#budget));
    return met.length > 0 && met.length <= MAX_PATTERN_JOBS ? met.map(jobId) : [this.job(job)];
  }
}
