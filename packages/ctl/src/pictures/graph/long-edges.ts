/**
 * The edges of a large graph that pass the most layers. The layout has a place for an edge in each layer that it passes, so a few hundred
 * edges over hundreds of layers would cost more than all else: they are left out of it, and drawn from box to box.
 */

/** Layers that edges pass in all. */
export const MAX_PASSED_LAYERS = 5_000;

interface Ends {
  readonly from: string;
  readonly to: string;
}

/** The edges without which the others pass no more than `most` layers; those of few layers stay. */
export function longEdges<T extends Ends>(edges: readonly T[], most = MAX_PASSED_LAYERS): Set<T> {
  const layers = layersOf(edges);
  const layerOf = (id: string): number => layers.get(id) ?? 0;
  const bySpan = edges
    .map((edge) => ({ edge, span: Math.abs(layerOf(edge.to) - layerOf(edge.from)) }))
    .sort((one, other) => one.span - other.span);
  let passed = 0;
  const isBeyond = ({ span }: { span: number }): boolean => {
    passed += span;
    return passed > most;
  };
  return new Set(bySpan.filter(isBeyond).map(({ edge }) => edge));
}

/** Each node behind those that lead to it, as far as they are not in a circle. */
function layersOf(edges: readonly Ends[]): Map<string, number> {
  const below = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const others = below.get(from);
    if (others) others.push(to);
    else below.set(from, [to]);
  }
  const layers = new Map<string, number>();
  // A walk leaves a node behind all that it leads to, so in the other order each comes before them, but for edges back.
  const places = new Map(walk(below).map((id, at, { length }) => [id, length - at]));
  for (const [id, place] of [...places].reverse()) {
    const next = (layers.get(id) ?? 0) + 1;
    for (const to of below.get(id) ?? [])
      if ((places.get(to) as number) > place) layers.set(to, Math.max(layers.get(to) ?? 0, next));
  }
  return layers;
}

/** All nodes, each when everything that it leads to is left; without recursion, as chains may be long. */
function walk(below: ReadonlyMap<string, readonly string[]>): string[] {
  const left: string[] = [];
  const entered = new Set<string>();
  for (const first of below.keys()) {
    if (entered.has(first)) continue;
    entered.add(first);
    const path = [{ id: first, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = below.get(top.id)?.[top.next++];
      if (to === undefined) {
        left.push(top.id);
        path.pop();
      } else if (!entered.has(to)) {
        entered.add(to);
        path.push({ id: to, next: 0 });
      }
    }
  }
  return left;
}
