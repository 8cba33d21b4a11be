/** From the lines of `initctl show-config -e` to a graph in the language of Graphviz (reference: system §9.2). */
import { JOB_EVENTS } from '@upstart/job-language';

/** The colours, by their use. */
export const COLOURS = {
  emits: 'green',
  'start-on': 'blue',
  'stop-on': 'red',
  event: 'thistle',
  text: 'black',
  bg: 'white',
  'event-text': 'black',
  'job-text': 'black',
  job: '#DCDCDC',
};

/** Something that cannot be made into a graph; the message is for users. */
export class GraphError extends Error {
  override name = 'GraphError';
}

export interface Trigger {
  readonly on: 'start' | 'stop' | 'restart' | 'reload';
  readonly event: string;
  /** For the events of jobs: the job. */
  readonly job: string | null;
}
export interface JobNode {
  readonly emits: string[];
  readonly triggers: Trigger[];
}
/** The jobs by name, in the order of the text. */
export type Graph = ReadonlyMap<string, JobNode>;

const EMITS = /^ {2}emits (.+)$/u;
const TRIGGER = /^ {2}(start|stop|restart|reload) on (.+?) \(job:(?: (.*?))?, env:.*\)$/u;

/** Probes have no edges. */
const PROBE = /^ {2}(ready|check) /u;

/** Reads the text of `show-config -e`. Throws `GraphError` at a line that does not belong there. */
export function parseShowConfig(text: string): Graph {
  const graph = new Map<string, JobNode>();
  let node: JobNode | null = null;
  for (const line of text.split('\n').filter((l) => l !== '')) {
    const emits = EMITS.exec(line);
    const trigger = TRIGGER.exec(line);
    if (!line.startsWith(' ')) {
      node = { emits: [], triggers: [] };
      graph.set(line, node);
    } else if (node !== null && emits) {
      node.emits.push(emits[1] as string);
    } else if (node !== null && trigger) {
      const [, on, event, job] = trigger as unknown as [string, Trigger['on'], string, string | undefined];
      node.triggers.push({ on, event, job: job !== undefined && JOB_EVENTS.includes(event) ? job : null });
    } else if (node === null || !PROBE.test(line)) {
      throw new GraphError(`invalid line: ${line}`);
    }
  }
  return graph;
}

/** The graph of some of the jobs, with the events that belong to them. */
export function restrict(graph: Graph, jobs: readonly string[]): Graph {
  return new Map(
    jobs.map((job) => {
      const node = graph.get(job);
      if (node === undefined) throw new GraphError(`unknown job ${job}`);
      return [job, node];
    }),
  );
}

/** Replacements for characters that names of nodes cannot have. */
const NODE_CHARACTERS: Readonly<Record<string, string>> = {
  '-': '_',
  $: 'dollar_',
  '[': 'lbracker',
  ']': 'rbracker',
  '!': 'bang',
  ':': 'colon',
  '*': 'star',
  '?': 'question',
  '.': 'dot',
  '/': 'slash',
};

function nodeName(kind: 'event' | 'job', name: string): string {
  const safe = name.replace(
    /[^A-Za-z0-9_]/gu,
    (c) => NODE_CHARACTERS[c] ?? `u${(c.codePointAt(0) as number).toString(16)}`,
  );
  return `${kind}_${safe}`;
}

/** A text in quotes, as dot reads it. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A text within a record's label, where braces and bars have a meaning. */
function label(text: string): string {
  return text.replace(/[<>{}|\\" ]/g, '\\$&');
}

export function dotGraph(graph: Graph, colours: typeof COLOURS): string {
  const events = new Set<string>();
  const jobs = new Set(graph.keys());
  const edges: string[] = [];
  const edge = (from: string, to: string, colour: string): unknown =>
    edges.push(`  ${from} -> ${to} [color=${quoted(colour)}];`);

  for (const [name, { emits, triggers }] of graph) {
    const node = nodeName('job', name);
    for (const event of emits) {
      events.add(event);
      edge(node, nodeName('event', event), colours.emits);
    }
    for (const { on, event, job } of triggers) {
      // A restart ends and begins a process, a reload neither: both are drawn as causes of a start.
      const field = on === 'stop' ? 'stop' : 'start';
      const colour = colours[`${field}-on`];
      if (job === null) {
        events.add(event);
        edge(nodeName('event', event), `${node}:${field}`, colour);
        continue;
      }
      jobs.add(job);
      const other = nodeName('job', job);
      // A job that starts on another's `starting` comes before it.
      if (on === 'start' && event === 'starting') edge(`${node}:job`, `${other}:start`, colour);
      else edge(`${other}:job`, `${node}:${field}`, colour);
    }
  }
  return [
    'digraph upstart {',
    `  bgcolor=${quoted(colours.bg)}; fontcolor=${quoted(colours.text)}; rankdir=LR; overlap=false;`,
    ...[...events].map((event) => eventNode(event, colours)),
    ...[...jobs].map((job) => jobNode(job, colours)),
    ...new Set(edges),
    '}',
    '',
  ].join('\n');
}

function eventNode(event: string, colours: typeof COLOURS): string {
  const style = event.includes('*') ? 'filled,dotted' : 'filled';
  return `  ${nodeName('event', event)} [label=${quoted(event)}, shape=diamond, style="${style}", fillcolor=${quoted(colours.event)}, fontcolor=${quoted(colours['event-text'])}];`;
}

function jobNode(job: string, colours: typeof COLOURS): string {
  const parts = `<job> ${label(job)} | { <start> start on | <stop> stop on }`;
  return `  ${nodeName('job', job)} [label="${parts}", shape=record, style=filled, fillcolor=${quoted(colours.job)}, fontcolor=${quoted(colours['job-text'])}];`;
}
