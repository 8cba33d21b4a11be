/** The graph as places and texts, for a page that draws it by itself and keeps its colours up to date. */
import { type Arrow, rounded } from '../svg.ts';
import { curve } from './curve.ts';
import { nameSpots } from './drawing.ts';
import type { Graph, GraphNode } from './graph.ts';
import { edgeLabel, edgeWords, nodeLabel, nodeWords } from './labels.ts';
import { layOut } from './layout.ts';

/** A job or an event; jobs with the same edges share a box. */
export interface SceneNode {
  readonly kind: GraphNode['kind'];
  readonly name: string;
  readonly isKnown: boolean;
  readonly label: string;
  /** The tooltip. */
  readonly words: string;
  /** The middle of the text, and its base line. */
  readonly x: number;
  readonly y: number;
}

export interface SceneBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly SceneNode[];
}

export interface SceneEdge {
  readonly kind: Arrow;
  /** As in the `d` of a path. */
  readonly path: string;
  readonly words: string;
  /** Whether the history has seen it. */
  readonly isSeen: boolean;
  readonly label: { readonly text: string; readonly x: number; readonly y: number } | null;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly SceneBox[];
  readonly edges: readonly SceneEdge[];
}

export function sceneOf(graph: Graph): Scene {
  const { width, height, boxes, edges } = layOut(graph);
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    boxes: boxes.map((placed) => ({
      ...{ x: rounded(placed.x - placed.width / 2), y: rounded(placed.y - placed.height / 2) },
      ...{ width: rounded(placed.width), height: rounded(placed.height) },
      nodes: nameSpots(placed).map(({ node, x, y }) => ({
        ...{ kind: node.kind, name: node.name, isKnown: node.known, label: nodeLabel(node), words: nodeWords(node) },
        ...{ x: rounded(x), y: rounded(y) },
      })),
    })),
    edges: edges.map(({ edge, points, label }) => ({
      ...{ kind: edge.kind, path: curve(points), words: edgeWords(edge), isSeen: edge.seen > 0 },
      label: label === null ? null : { text: edgeLabel(edge), x: rounded(label[0]), y: rounded(label[1]) },
    })),
  };
}
