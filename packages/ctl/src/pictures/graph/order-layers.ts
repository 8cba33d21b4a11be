/**
 * The order of boxes within their layers, so that few edges cross: each box moves to the middle of its neighbours in the next layer, back
 * and forth (Sugiyama's barycentres). For large graphs in place of the library's own, which builds a graph of each layer.
 */
import type { Graph } from '@dagrejs/dagre';

/** Sweeps through all layers, and those in a row that bring nothing new before the search ends. */
const MAX_SWEEPS = 24;
const MAX_VAIN_SWEEPS = 4;

interface Vertex {
  readonly id: string;
  order: number;
  readonly above: Vertex[];
  readonly below: Vertex[];
}

/** Sets `order` of all nodes. Edges lead from a rank to the next one. */
export function orderLayers(graph: Graph): void {
  const layers = layersOf(graph);
  let best = orders(layers);
  let fewest = crossings(layers);
  for (let sweep = 0, vain = 0; sweep < MAX_SWEEPS && vain < MAX_VAIN_SWEEPS && fewest > 0; sweep++) {
    if (sweep % 2 === 0) for (const layer of layers) sort(layer, 'above');
    else for (const layer of layers.toReversed()) sort(layer, 'below');
    const count = crossings(layers);
    vain = count < fewest ? 0 : vain + 1;
    if (count >= fewest) continue;
    fewest = count;
    best = orders(layers);
  }
  for (const [id, order] of best) graph.node(id).order = order;
}

/** In the order in which a walk along the edges finds them: what belongs together begins side by side. */
function layersOf(graph: Graph): Vertex[][] {
  const vertices = new Map<string, Vertex>();
  for (const id of graph.nodes()) vertices.set(id, { id, order: 0, above: [], below: [] });
  for (const { v, w } of graph.edges()) {
    const [from, to] = [vertices.get(v) as Vertex, vertices.get(w) as Vertex];
    from.below.push(to);
    to.above.push(from);
  }
  const rankOf = ({ id }: Vertex): number => graph.node(id).rank as number;
  const layers: Vertex[][] = [];
  const found = new Set<Vertex>();
  for (const first of [...vertices.values()].sort((a, b) => rankOf(a) - rankOf(b))) {
    const waiting = [first];
    for (let vertex = waiting.pop(); vertex !== undefined; vertex = waiting.pop()) {
      if (found.has(vertex)) continue;
      found.add(vertex);
      const rank = rankOf(vertex);
      layers[rank] ??= [];
      vertex.order = layers[rank].push(vertex) - 1;
      waiting.push(...vertex.below.toReversed());
    }
  }
  return Array.from(layers, (layer) => layer ?? []);
}

function orders(layers: readonly Vertex[][]): Map<string, number> {
  return new Map(layers.flat().map(({ id, order }) => [id, order]));
}

/** Those without neighbours in that layer stay where they are. */
function sort(layer: Vertex[], side: 'above' | 'below'): void {
  const middle = new Map(
    layer.map((vertex) => {
      const beside = vertex[side];
      const sum = beside.reduce((total, { order }) => total + order, 0);
      return [vertex, beside.length === 0 ? vertex.order : sum / beside.length];
    }),
  );
  layer.sort((a, b) => (middle.get(a) as number) - (middle.get(b) as number) || a.order - b.order);
  layer.forEach((vertex, order) => {
    vertex.order = order;
  });
}

/** Of all edges between neighbouring layers (Barth, Mutzel and Jünger: Simple and Efficient Bilayer Cross Counting). */
function crossings(layers: readonly Vertex[][]): number {
  let count = 0;
  layers.forEach((layer, rank) => {
    const ends = layer.flatMap(({ below }) => below.map(({ order }) => order).sort((a, b) => a - b));
    const size = layers[rank + 1]?.length ?? 0;
    let first = 1;
    while (first < size) first *= 2;
    const tree = new Int32Array(2 * first);
    for (const end of ends) {
      let at = end + first;
      tree[at] = (tree[at] ?? 0) + 1;
      while (at > 1) {
        if (at % 2 === 0) count += tree[at + 1] ?? 0;
        at = Math.floor(at / 2);
        tree[at] = (tree[at] ?? 0) + 1;
      }
    }
  });
  return count;
}
