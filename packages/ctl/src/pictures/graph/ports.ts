/**
 * Where edges leave and reach their boxes: at the sides, so that the steep part of a line lies between the layers, and not above the boxes that
 * stand over or below its own. The lines of a side lie one below the other, in the order in which they come, so that they do not cross there.
 */
import type { Point } from '../svg.ts';
import type { PlacedBox, PlacedEdge } from './layout.ts';

/** Between the lines of a side, at most. */
const PORT_GAP = 6;
/** The part of a side that lines use: corners are round. */
const USED_PART = 0.5;

/** One end of an edge. */
interface End {
  readonly edge: PlacedEdge;
  readonly isStart: boolean;
  readonly box: PlacedBox;
  /** The side of the box: 1 is the right one. */
  readonly side: 1 | -1;
  /** Where the line comes from, or goes to. */
  readonly towardsY: number;
}

/** `boxOf`: the box of a node of that id. */
export function atPorts(edges: readonly PlacedEdge[], boxOf: (id: string) => PlacedBox | undefined): PlacedEdge[] {
  const sides = new Map<string, End[]>();
  for (const edge of edges) {
    for (const end of endsOf(edge, boxOf)) {
      const key = `${end.box.box.id}\0${end.side}`;
      const side = sides.get(key);
      if (side) side.push(end);
      else sides.set(key, [end]);
    }
  }
  const starts = new Map<PlacedEdge, Point>();
  const stops = new Map<PlacedEdge, Point>();
  for (const ends of sides.values()) {
    const gap = Math.min(PORT_GAP, ((ends[0]?.box.height ?? 0) * USED_PART) / Math.max(1, ends.length - 1));
    ends
      .sort((one, other) => one.towardsY - other.towardsY)
      .forEach(({ edge, isStart, box, side }, at) => {
        const y = box.y + (at - (ends.length - 1) / 2) * gap;
        (isStart ? starts : stops).set(edge, [box.x + (side * box.width) / 2, y]);
      });
  }
  const loops = new Map<PlacedBox, number>();
  return edges.map((edge) => {
    const [start, stop] = [starts.get(edge), stops.get(edge)];
    if (start && stop) return { ...edge, points: [start, ...edge.points.slice(1, -1), stop] };
    const box = boxOf(edge.edge.from);
    if (!box || box !== boxOf(edge.edge.to)) return edge;
    const before = loops.get(box) ?? 0;
    loops.set(box, before + 1);
    return { ...edge, points: loopBelow(box, edge, before) };
  });
}

/** From a box to itself: from the right half of its lower side to the left one. `before`: such lines of the box so far. */
function loopBelow(box: PlacedBox, { points }: PlacedEdge, before: number): Point[] {
  const top = box.y + box.height / 2;
  const bottom = Math.max(top + PORT_GAP, points[Math.floor(points.length / 2)]?.[1] ?? 0);
  const aside = box.width / 4 + before * PORT_GAP;
  return [
    [box.x + aside, top],
    [box.x + aside, bottom],
    [box.x - aside, bottom],
    [box.x - aside, top],
  ];
}

function endsOf(edge: PlacedEdge, boxOf: (id: string) => PlacedBox | undefined): End[] {
  const [from, to] = [boxOf(edge.edge.from), boxOf(edge.edge.to)];
  if (!from || !to || from === to || edge.points.length < 2) return [];
  const after = edge.points[1] as Point;
  const before = edge.points.at(-2) as Point;
  return [
    { edge, isStart: true, box: from, side: to.x > from.x ? 1 : -1, towardsY: after[1] },
    { edge, isStart: false, box: to, side: to.x > from.x ? -1 : 1, towardsY: before[1] },
  ];
}
