/** Jobs, or events, with the same edges share a box: a hundred jobs of one runlevel are drawn once. */
import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { edgeLabel } from './labels.ts';

/** Nodes of one kind with the same edges. */
export interface Box {
  /** That of its first node. */
  readonly id: string;
  readonly nodes: readonly GraphNode[];
}

export interface BoxedGraph {
  readonly boxes: readonly Box[];
  /** Between boxes, by the ids of their first nodes; `seen` by any of their nodes. */
  readonly edges: readonly GraphEdge[];
}

export function boxed({ nodes, edges }: Graph): BoxedGraph {
  const around = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const edge of edges) {
    const words = `${edge.kind} ${edgeLabel(edge)}`;
    around.get(edge.from)?.push(`to ${edge.to} ${words}`);
    around.get(edge.to)?.push(`from ${edge.from} ${words}`);
  }
  const boxes = new Map<string, GraphNode[]>();
  const boxOf = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    const key = JSON.stringify([node.kind, node.known, (around.get(node.id) ?? []).sort()]);
    const box = boxes.get(key) ?? [];
    boxes.set(key, box);
    box.push(node);
    boxOf.set(node.id, box);
  }
  const idOf = (id: string): string => boxOf.get(id)?.[0]?.id ?? id;
  const joined = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const [from, to] = [idOf(edge.from), idOf(edge.to)];
    const key = `${edge.kind}\0${from}\0${to}`;
    joined.set(key, { ...edge, from, to, seen: (joined.get(key)?.seen ?? 0) + edge.seen });
  }
  return {
    boxes: [...boxes.values()].map((members) => ({ id: (members[0] as GraphNode).id, nodes: members })),
    edges: [...joined.values()],
  };
}
