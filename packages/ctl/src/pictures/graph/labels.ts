/** The texts at nodes and edges. */
import { printable } from '@upstart/common';
import { shortened } from '../svg.ts';
import type { GraphEdge, GraphNode } from './graph.ts';

const MAX_NAME = 40;
const MAX_LABEL = 28;
/** The event by which a job usually acts on another; edges do not show it. */
const USUAL: Readonly<Record<GraphEdge['kind'], string>> = {
  ...{ start: 'started', stop: 'stopping', restart: 'started', reload: 'started' },
  emits: '',
};

export function nodeLabel({ name }: GraphNode): string {
  return shortened(printable(name), MAX_NAME);
}

/** Of an edge from a job its events unless they are the usual one; of one from an event its arguments. */
export function edgeLabel({ from, kind, events }: GraphEdge): string {
  const isFromJob = from.startsWith('job:');
  const parts = isFromJob ? events : events.map((event) => event.split(' ').slice(1).join(' '));
  const wanted = parts.filter((part) => part !== '' && part !== USUAL[kind]);
  return shortened(printable(wanted.join(', ')), MAX_LABEL);
}

/** The tooltip of a node. */
export function nodeWords(node: GraphNode): string {
  const { kind, name, known, startOn, stopOn, restartOn, reloadOn, ready, check } = node;
  const note = known ? [] : [kind === 'job' ? 'there is no such job' : 'nothing is known to emit it'];
  const stanzas = { start: startOn, stop: stopOn, restart: restartOn, reload: reloadOn };
  const conditions = Object.entries(stanzas).flatMap(([verb, text]) => (text === null ? [] : [`${verb} on ${text}`]));
  const probes = [...ready.map((probe) => `ready ${probe}`), ...check.map((probe) => `check ${probe}`)];
  return [`${kind} ${name}`, ...note, ...conditions, ...probes].map(printable).join('\n');
}

/** The tooltip of an edge. */
export function edgeWords({ from, to, kind, events, seen }: GraphEdge): string {
  const verb = kind === 'emits' ? 'emits' : `${kind}s`;
  const bare = (id: string): string => id.slice(id.indexOf(':') + 1);
  const by = events.length > 0 ? [`on ${events.join(', ')}`] : [];
  const times = seen > 0 ? [`seen ${seen === 1 ? 'once' : `${seen} times`}`] : [];
  return [`${bare(from)} ${verb} ${bare(to)}`, ...by, ...times].map(printable).join('\n');
}
