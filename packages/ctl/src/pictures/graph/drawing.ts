/** The graph as a picture. */
import { counted } from '@upstart/common';
import { type Arrow, arrow, described, picture, rounded, text, widthOf } from '../svg.ts';
import { curve } from './curve.ts';
import type { Graph, GraphEdge, GraphNode } from './graph.ts';
import { edgeLabel, edgeWords, nodeLabel, nodeWords } from './labels.ts';
import { layOut, type PlacedBox, type PlacedEdge, ROW_HEIGHT } from './layout.ts';

const MARGIN = 24;
const HEAD_HEIGHT = 76;
const LABEL_SIZE = 10;
/** The most jobs and events in a drawing: more take too long to lay out, and no reader could follow them. */
export const MAX_DRAWN_NODES = 2500;

const STYLE = `
.label { font-size: ${LABEL_SIZE}px; }
.job { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.2; }
.event { fill: #ddf4ff; stroke: #54aeff; stroke-width: 1.2; }
.unknown rect { fill: #ffffff; stroke-dasharray: 3 3; } .unknown text { fill: #59636e; }
.behind { fill: #ffffff; fill-opacity: .85; }
.seen .edge { stroke-width: 2.6; }
.unseen { opacity: .45; }
@media (prefers-color-scheme: dark) {
.job { fill: #161b22; stroke: #8b949e; }
.event { fill: #0c2d6b; stroke: #388bfd; }
.unknown rect { fill: #0d1117; } .unknown text { fill: #9198a1; }
.behind { fill: #0d1117; }
}`;

const LEGEND: readonly (readonly [Arrow, string])[] = [
  ['start', 'starts (without a label: on started)'],
  ['stop', 'stops (on stopping)'],
  ['restart', 'restarts (on started)'],
  ['reload', 'reloads (on started)'],
  ['emits', 'emits'],
];
/** These are explained only where there is one. */
const RARE: readonly Arrow[] = ['restart', 'reload'];

export function graphPicture(graph: Graph): string {
  const layout = layOut(graph);
  const isSeen = graph.edges.some(({ seen }) => seen > 0);
  const jobs = graph.nodes.filter(({ kind }) => kind === 'job').length;
  const key = legend(
    LEGEND.filter(([kind]) => !RARE.includes(kind) || graph.edges.some((edge) => edge.kind === kind)),
    isSeen,
  );
  const title = `${counted(jobs, 'job')}, ${counted(graph.nodes.length - jobs, 'event')}, ${counted(graph.edges.length, 'edge')}`;
  return picture(
    {
      width: Math.max(layout.width, key.width) + 2 * MARGIN,
      height: layout.height + HEAD_HEIGHT + 2 * MARGIN,
      title,
      style: STYLE,
    },
    [
      text(title, { x: MARGIN, y: MARGIN + 18, className: 'title' }),
      ...key.parts,
      `<g transform="translate(${MARGIN} ${MARGIN + HEAD_HEIGHT})">`,
      ...layout.edges.map((placed) => drawnEdge(placed, isSeen)),
      ...layout.edges.map((placed) => drawnLabel(placed, isSeen)),
      ...layout.boxes.map(drawnBox),
      '</g>',
    ],
  );
}

function legend(entries: typeof LEGEND, isSeen: boolean): { parts: string[]; width: number } {
  const y = MARGIN + 44;
  let x = MARGIN;
  const parts = entries.flatMap(([kind, words]) => {
    const from = x;
    x += 44 + widthOf(words, 11) + 20;
    return [arrow(kind, `M${from} ${y - 4}h34`), text(words, { x: from + 42, y, className: 'small dim' })];
  });
  const note = 'strong: seen in the history';
  const width = x + widthOf(note, 11) - MARGIN;
  return { parts: isSeen ? [...parts, text(note, { x, y, className: 'small dim' })] : parts, width };
}

function drawnBox(placed: PlacedBox): string {
  const { box, x, y, width, height } = placed;
  const [first] = box.nodes;
  const radius = first?.kind === 'event' ? Math.min(height / 2, 14) : 6;
  const outline = `<rect class="${first?.kind}" x="${rounded(x - width / 2)}" y="${rounded(y - height / 2)}" width="${rounded(width)}" height="${rounded(height)}" rx="${radius}"/>`;
  const names = nameSpots(placed).map(({ node, ...spot }) =>
    described(nodeWords(node), [text(nodeLabel(node), { ...spot, anchor: 'middle' })]),
  );
  return `<g${first?.known === false ? ' class="unknown"' : ''}>${outline}${names.join('')}</g>`;
}

/** Where the names in a box stand: their middles and base lines. */
export function nameSpots({
  box: { nodes },
  x,
  y,
  width,
  height,
  columns,
  columnWidth,
}: PlacedBox): { readonly node: GraphNode; readonly x: number; readonly y: number }[] {
  const rows = Math.ceil(nodes.length / columns);
  const [left, top] = [x - width / 2, y - height / 2];
  return nodes.map((node, at) => ({
    node,
    x: left + (Math.floor(at / rows) + 0.5) * columnWidth,
    y: top + (height - rows * ROW_HEIGHT) / 2 + ((at % rows) + 1) * ROW_HEIGHT - 5,
  }));
}

function drawnEdge({ edge, points }: PlacedEdge, isSeen: boolean): string {
  return described(edgeWords(edge), [arrow(edge.kind, curve(points))], seenClass(edge, isSeen));
}

/** Draws labels above all lines. */
function drawnLabel({ edge, label }: PlacedEdge, isSeen: boolean): string {
  if (label === null) return '';
  const words = edgeLabel(edge);
  const width = widthOf(words, LABEL_SIZE) + 4;
  const [x, y] = label;
  const behind = `<rect class="behind" x="${rounded(x - width / 2)}" y="${rounded(y - 7)}" width="${rounded(width)}" height="14"/>`;
  const shown = text(words, { x, y: y + 3.5, anchor: 'middle', className: 'label' });
  return described(edgeWords(edge), [behind, shown], seenClass(edge, isSeen));
}

function seenClass({ seen }: GraphEdge, isSeen: boolean): string {
  if (!isSeen) return '';
  return seen > 0 ? 'seen' : 'unseen';
}
