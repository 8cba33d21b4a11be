/** The program that draws: reads a request as JSON from standard input and prints the answer as JSON. */
import { readFileSync } from 'node:fs';
import { standardStreams } from '@upstart/common';
import { dotText } from './graph/dot.ts';
import { graphPicture, MAX_DRAWN_NODES } from './graph/drawing.ts';
import { buildGraph, type Graph, neighbourhood } from './graph/graph.ts';
import { sceneOf } from './graph/scene.ts';
import { type DrawAnswer, DrawError, type DrawOrder, type GraphOrder } from './order.ts';
import { drawnPlot } from './plot/plot.ts';

function drawnGraph({ format, configs, jobs, history }: GraphOrder): string {
  const whole = buildGraph(configs, history);
  const graph = jobs.length === 0 ? whole : neighbourhood(whole, jobs);
  if (format === 'json') return `${JSON.stringify(graph, null, 2)}\n`;
  if (format === 'dot') return dotText(graph);
  return format === 'scene' ? JSON.stringify(sceneOf(limited(graph))) : graphPicture(limited(graph));
}

function limited(graph: Graph): Graph {
  if (graph.nodes.length <= MAX_DRAWN_NODES) return graph;
  throw new DrawError(
    `${graph.nodes.length} jobs and events are too many for a picture (at most ${MAX_DRAWN_NODES}): name jobs, or use --dot`,
  );
}

function answer(order: DrawOrder): DrawAnswer {
  try {
    return { text: order.picture === 'graph' ? drawnGraph(order) : drawnPlot(order) };
  } catch (error) {
    if (!(error instanceof DrawError)) throw error;
    return { error: error.message, unknown: error.unknown };
  }
}

standardStreams.out(JSON.stringify(answer(JSON.parse(readFileSync(0, 'utf8')) as DrawOrder)));
