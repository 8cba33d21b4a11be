import { describe, expect, it } from 'vitest';
import type { Point } from '../svg.ts';
import type { PlacedBox, PlacedEdge } from './layout.ts';
import { atPorts } from './ports.ts';

const box = (id: string, x: number, y: number): [string, PlacedBox] => [
  id,
  { box: { id, nodes: [] }, x, y, width: 60, height: 28, columns: 1, columnWidth: 60 } as unknown as PlacedBox,
];
const BOXES = new Map([box('a', 30, 100), box('b', 200, 20), box('c', 200, 180)]);
const edge = (from: string, to: string, ...points: Point[]): PlacedEdge =>
  ({ edge: { from, to }, points, label: null }) as unknown as PlacedEdge;
const placed = (...edges: PlacedEdge[]) => atPorts(edges, (id) => BOXES.get(id)).map(({ points }) => points);

describe('the ends of lines', () => {
  it('are at the sides that face each other', () => {
    expect(placed(edge('a', 'b', [35, 90], [100, 50], [190, 30]))).toEqual([
      [
        [60, 100],
        [100, 50],
        [170, 20],
      ],
    ]);
    expect(placed(edge('b', 'a', [190, 30], [100, 50], [35, 90]))).toEqual([
      [
        [170, 20],
        [100, 50],
        [60, 100],
      ],
    ]);
  });

  it('stand below each other in the order of what they lead to', () => {
    const down = edge('a', 'c', [30, 100], [100, 160], [190, 180]);
    const up = edge('a', 'b', [30, 100], [100, 40], [190, 20]);
    expect(placed(down, up).map(([start]) => start)).toEqual([
      [60, 103],
      [60, 97],
    ]);
  });

  it('have half of a side, however many they are', () => {
    const many = Array.from({ length: 50 }, (_, at) => edge('a', 'b', [30, 100], [100, at], [190, 20]));
    const ys = placed(...many).map(([start]) => start?.[1] ?? 0);
    expect([ys[0], ys.at(-1)]).toEqual([93, 107]);
  });

  it('of a line from a box to itself are below it', () => {
    const own = edge('a', 'a', [40, 150], [30, 140], [20, 130]);
    expect(placed(own, own)).toEqual([
      [
        [45, 114],
        [45, 140],
        [15, 140],
        [15, 114],
      ],
      [
        [51, 114],
        [51, 140],
        [9, 140],
        [9, 114],
      ],
    ]);
  });
});
