/**
 * The layers of a large graph: each box stands as near as possible behind those that lead to it, and a box that nothing leads to as near as
 * possible before those that it leads to. In one pass each, where the library's own methods look at all edges for each box.
 */
import type { Edge, Graph } from '@dagrejs/dagre';

/** Sets `rank` of all nodes of a graph without cycles. An edge spans its `minlen` at least. */
export function rankLayers(graph: Graph): void {
  const ordered = topological(graph);
  for (const id of ordered) {
    const ends = into(graph, id).map((edge) => rankOf(graph, edge.v) + spanOf(graph, edge));
    graph.node(id).rank = Math.max(0, ...ends);
  }
  for (const id of ordered.toReversed()) {
    const begins = from(graph, id).map((edge) => rankOf(graph, edge.w) - spanOf(graph, edge));
    if (begins.length > 0 && into(graph, id).length === 0) graph.node(id).rank = Math.min(...begins);
  }
}

const into = (graph: Graph, id: string): readonly Edge[] => graph.inEdges(id) ?? [];
const from = (graph: Graph, id: string): readonly Edge[] => graph.outEdges(id) ?? [];
const rankOf = (graph: Graph, id: string): number => graph.node(id).rank as number;
const spanOf = (graph: Graph, edge: Edge): number => (graph.edge(edge).minlen as number | undefined) ?? 1;

/** The nodes, each behind those that lead to it. */
function topological(graph: Graph): string[] {
  const missing = new Map<string, number>(graph.nodes().map((id: string) => [id, into(graph, id).length]));
  const ordered = [...missing].filter(([, count]) => count === 0).map(([id]) => id);
  for (const id of ordered) {
    for (const { w } of from(graph, id)) {
      const count = (missing.get(w) ?? 0) - 1;
      missing.set(w, count);
      if (count === 0) ordered.push(w);
    }
  }
  return ordered;
}
