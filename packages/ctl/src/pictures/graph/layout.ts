/** The places of boxes and edges. Each connected part is laid out by itself; the parts are arranged in rows. */
import { Graph as Dagre, type EdgeLabel, layout } from '@dagrejs/dagre';
import { type Point, widthOf } from '../svg.ts';
import type { Graph, GraphEdge } from './graph.ts';
import { edgeLabel, nodeLabel } from './labels.ts';
import { longEdges } from './long-edges.ts';
import { orderLayers } from './order-layers.ts';
import { atPorts } from './ports.ts';
import { rankLayers } from './rank-layers.ts';
import { type Box, type BoxedGraph, boxed } from './twins.ts';

export interface PlacedBox extends Size {
  readonly box: Box;
  /** Its middle. */
  readonly x: number;
  readonly y: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
  /** The names in it stand in rows, and these in columns of that width. */
  readonly columns: number;
  readonly columnWidth: number;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
  /** The middle of its label; null: it has none. */
  readonly label: Point | null;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
}

export const ROW_HEIGHT = 18;
const BOX_PADDING = 10;
const COLUMN_PADDING = 24;
/** From so many names on, a box has several columns, which makes it about as high as wide. */
const MANY_NAMES = 12;
const MAX_COLUMNS = 5;
const LABEL_SIZE = 10;
const LABEL_HEIGHT = LABEL_SIZE + 4;
/** Between edges that run side by side. */
const EDGE_GAP = 6;
const GAP = 36;
/** From so many boxes in one part on, layers and the order in them are found by faster methods, which leave longer edges. */
const MANY_BOXES = 120;
/** The ratio of width to height of the whole drawing. */
const SHAPE = 1.6;

export function layOut(graph: Graph): Layout {
  return pack(partsOf(boxed(graph)).map(layOutPart));
}

interface Part {
  boxes: Box[];
  edges: GraphEdge[];
}

/** The connected parts, the largest first. */
function partsOf({ boxes, edges }: BoxedGraph): Part[] {
  const leaders = new Map(boxes.map(({ id }) => [id, id]));
  const leaderOf = (id: string): string => {
    let leader = id;
    while (leaders.get(leader) !== leader) leader = leaders.get(leader) as string;
    for (let at = id; at !== leader; ) {
      const next = leaders.get(at) as string;
      leaders.set(at, leader);
      at = next;
    }
    return leader;
  };
  for (const { from, to } of edges) leaders.set(leaderOf(from), leaderOf(to));
  const parts = new Map<string, Part>();
  for (const box of boxes) {
    const part = parts.get(leaderOf(box.id)) ?? { boxes: [], edges: [] };
    part.boxes.push(box);
    parts.set(leaderOf(box.id), part);
  }
  for (const edge of edges) parts.get(leaderOf(edge.from))?.edges.push(edge);
  return [...parts.values()].sort((a, b) => b.boxes.length - a.boxes.length);
}

function sizeOf({ nodes }: Box): Size {
  const columns =
    nodes.length < MANY_NAMES ? 1 : Math.min(MAX_COLUMNS, Math.ceil(Math.sqrt(nodes.length / MANY_NAMES)));
  const columnWidth = Math.max(...nodes.map((node) => widthOf(nodeLabel(node)))) + COLUMN_PADDING;
  const rows = Math.ceil(nodes.length / columns);
  return { width: columns * columnWidth, height: rows * ROW_HEIGHT + BOX_PADDING, columns, columnWidth };
}

function layOutPart({ boxes, edges }: Part): Layout {
  const sizes = new Map(boxes.map((box) => [box.id, sizeOf(box)]));
  const [only] = boxes;
  if (boxes.length === 1 && only && edges.length === 0) {
    const size = sizeOf(only);
    return { ...size, boxes: [{ ...size, box: only, x: size.width / 2, y: size.height / 2 }], edges: [] };
  }
  const dagre = new Dagre();
  const isLarge = boxes.length > MANY_BOXES;
  const ranker = isLarge ? rankLayers : 'network-simplex';
  dagre.setGraph({ rankdir: 'LR', ranker, nodesep: 12, edgesep: 8, ranksep: 56 });
  for (const [id, { width, height }] of sizes) dagre.setNode(id, { width, height });
  const bundles = bundlesOf(edges);
  const long = isLarge ? longEdges(bundles) : new Set<Bundle>();
  for (const bundle of bundles) if (!long.has(bundle)) dagre.setEdge(bundle.from, bundle.to, labelSize(bundle.edges));
  layout(dagre, isLarge ? { customOrder: orderLayers } : {});
  const { width = 0, height = 0 } = dagre.graph();
  const placed = new Map<string, PlacedBox>();
  for (const box of boxes) {
    const { x, y } = dagre.node(box.id);
    placed.set(box.id, { ...(sizes.get(box.id) as Size), box, x, y });
  }
  const lines = bundles.flatMap((bundle) =>
    placedEdges(bundle, long.has(bundle) ? straight(bundle, placed) : dagre.edge(bundle.from, bundle.to)),
  );
  return { width, height, boxes: [...placed.values()], edges: atPorts(lines, (id) => placed.get(id)) };
}

/** All edges from one box to another. */
interface Bundle {
  readonly from: string;
  readonly to: string;
  readonly edges: GraphEdge[];
}

function bundlesOf(edges: readonly GraphEdge[]): Bundle[] {
  const bundles = new Map<string, Bundle>();
  for (const edge of edges) {
    const key = `${edge.from}\0${edge.to}`;
    const bundle = bundles.get(key) ?? { from: edge.from, to: edge.to, edges: [] };
    bundle.edges.push(edge);
    bundles.set(key, bundle);
  }
  return [...bundles.values()];
}

/** Of the labels one below the other. */
function labelSize(edges: readonly GraphEdge[]): Partial<EdgeLabel> {
  const labels = edges.map(edgeLabel).filter((label) => label !== '');
  if (labels.length === 0) return {};
  const width = Math.max(...labels.map((label) => widthOf(label, LABEL_SIZE)));
  return { width, height: labels.length * LABEL_HEIGHT, labelpos: 'c' };
}

/** From box to box, with the label half-way. */
function straight({ from, to }: Bundle, placed: ReadonlyMap<string, PlacedBox>): EdgeLabel {
  const [start, end] = [placed.get(from) as PlacedBox, placed.get(to) as PlacedBox];
  return { points: [start, end], x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
}

/** The edges of a bundle run side by side. */
function placedEdges({ edges }: Bundle, { points = [], x, y }: EdgeLabel): PlacedEdge[] {
  const labelled = edges.filter((edge) => edgeLabel(edge) !== '');
  const middleOf = (list: readonly GraphEdge[], edge: GraphEdge): number => list.indexOf(edge) - (list.length - 1) / 2;
  return edges.map((edge) => {
    const aside = middleOf(edges, edge) * EDGE_GAP;
    const hasLabel = x !== undefined && y !== undefined && labelled.includes(edge);
    return {
      edge,
      points: points.map((point: { x: number; y: number }): Point => [point.x, point.y + aside]),
      label: hasLabel ? [x, y + middleOf(labelled, edge) * LABEL_HEIGHT] : null,
    };
  });
}

/** Rows of parts, each as wide as the widest part at least. */
function pack(parts: readonly Layout[]): Layout {
  const area = parts.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const most = Math.max(Math.sqrt(area * SHAPE), ...parts.map(({ width }) => width));
  const all: { boxes: PlacedBox[]; edges: PlacedEdge[] } = { boxes: [], edges: [] };
  let [x, y, rowHeight, right] = [0, 0, 0, 0];
  for (const { width, height, boxes, edges } of parts) {
    if (x > 0 && x + width > most) {
      y += rowHeight + GAP;
      x = 0;
      rowHeight = 0;
    }
    const move = ([px, py]: Point): Point => [px + x, py + y];
    for (const box of boxes) all.boxes.push({ ...box, x: box.x + x, y: box.y + y });
    for (const { edge, points, label } of edges)
      all.edges.push({ edge, points: points.map(move), label: label && move(label) });
    right = Math.max(right, x + width);
    rowHeight = Math.max(rowHeight, height);
    x += width + GAP;
  }
  return { width: right, height: y + rowHeight, ...all };
}
