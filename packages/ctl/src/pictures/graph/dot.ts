/** The graph in the language of Graphviz. */
import { printable } from '@upstart/common';
import { quoted } from '../../dot-graph.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { edgeLabel, nodeLabel } from './labels.ts';

const SHAPES = {
  job: 'shape=box, style="rounded,filled", fillcolor="#eaeef2"',
  event: 'shape=ellipse, style=filled, fillcolor="#ddf4ff"',
} as const;
const LINES = {
  start: 'color="#0969da"',
  stop: 'color="#bc4c00", style=dashed',
  restart: 'color="#8250df", style=dashed',
  reload: 'color="#9a6700", style=dotted',
  emits: 'color="#1a7f37", style=dotted',
} as const;

export function dotText({ nodes, edges }: Graph): string {
  return [
    'digraph upstart {',
    '  rankdir=LR; node [fontname="sans-serif", fontsize=11]; edge [fontname="sans-serif", fontsize=9];',
    ...nodes.map(nodeLine),
    ...edges.map(edgeLine),
    '}',
    '',
  ].join('\n');
}

/** Identifiers are quoted texts, so that a name may have any characters. */
const id = (node: string): string => quoted(printable(node));

function nodeLine(node: GraphNode): string {
  const unknown = node.known ? '' : ', color="#8c959f", fontcolor="#59636e", penwidth=0.7';
  return `  ${id(node.id)} [label=${quoted(nodeLabel(node))}, ${SHAPES[node.kind]}${unknown}];`;
}

function edgeLine(edge: GraphEdge): string {
  const label = edgeLabel(edge);
  const seen = edge.seen > 0 ? ', penwidth=2' : '';
  return `  ${id(edge.from)} -> ${id(edge.to)} [${LINES[edge.kind]}${label === '' ? '' : `, label=${quoted(label)}`}${seen}];`;
}
