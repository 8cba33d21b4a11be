/** The layout of large graphs: layers, the order in them, and edges side by side. */
import { expect, it } from 'vitest';
import { expectLinear } from '../../../../../test/processor-time.ts';
import { randomJobs } from '../../timeline/testing/world.ts';
import { eventId, type Graph, type GraphEdge, type GraphNode, jobId } from './graph.ts';
import { type Layout, layOut } from './layout.ts';

const node = (kind: 'job' | 'event', name: string): GraphNode => ({
  ...{ id: kind === 'job' ? jobId(name) : eventId(name), kind, name, known: true },
  ...{ startOn: null, stopOn: null, restartOn: null, reloadOn: null, ready: [], check: [] },
});
const edge = (from: string, to: string, kind: 'start' | 'stop', event: string): GraphEdge => ({
  ...{ from, to, kind, events: [event], seen: 0 },
});

/** Each job starts on another one's start, or on startup, and stops with it. `circle`: one of them leads back. */
function world(count: number, circle = false): Graph {
  const jobs = randomJobs(count, 3);
  const edges = jobs.flatMap(({ name, after }) => {
    if (after === null) return [edge(eventId('startup'), jobId(name), 'start', 'startup')];
    const before = jobId(jobs[after]?.name ?? '');
    return [edge(before, jobId(name), 'start', 'started'), edge(before, jobId(name), 'stop', 'stopping')];
  });
  const last = jobs.at(-1);
  const root = (at: number): string => (jobs[at]?.after == null ? (jobs[at]?.name ?? '') : root(jobs[at].after));
  const back = circle ? [edge(jobId(last?.name ?? ''), jobId(root(count - 1)), 'stop', 'started')] : [];
  return {
    nodes: [node('event', 'startup'), ...jobs.map(({ name }) => node('job', name))],
    edges: [...edges, ...back],
  };
}

/** The boxes of the names in them. */
const byName = ({ boxes }: Layout) =>
  new Map(boxes.flatMap((placed) => placed.box.nodes.map(({ id }) => [id, placed])));

it('of a thousand jobs takes less than four seconds of the processor', () => {
  const graph = world(1000);
  expectLinear(() => layOut(graph), 4000);
});

it('of a thousand jobs in one long circle, with edges across it, is bounded, too', () => {
  const id = (at: number) => jobId(`j${at % 1000}`);
  const nodes = Array.from({ length: 1000 }, (_, at) => node('job', `j${at}`));
  const edges = nodes.flatMap((_, at) => [
    edge(id(at), id(at + 7), 'start', 'started'),
    edge(id(at * 3), id(at + 1), 'stop', 'stopping'),
  ]);
  expectLinear(() => {
    const layout = layOut({ nodes, edges });
    expect(layout.edges).toHaveLength(edges.length);
    for (const { points } of layout.edges) expect(points.length).toBeGreaterThanOrEqual(2);
  });
});

it.each([false, true])('leads every edge to the right, but for one of a circle (%s)', (circle) => {
  const graph = world(300, circle);
  const layout = layOut(graph);
  const boxes = byName(layout);
  const back = graph.edges.filter(({ from, to }) => (boxes.get(from)?.x ?? 0) >= (boxes.get(to)?.x ?? 0));
  expect(back).toHaveLength(circle ? 1 : 0);
});

it('has no two boxes over one another, nor two edges', () => {
  const layout = layOut(world(300));
  for (const a of layout.boxes)
    for (const b of layout.boxes) {
      const isApart = Math.abs(a.x - b.x) * 2 >= a.width + b.width || Math.abs(a.y - b.y) * 2 >= a.height + b.height;
      expect(a === b || isApart).toBe(true);
    }
  const lines = layout.edges.map(({ points }) => JSON.stringify(points));
  expect(new Set(lines).size).toBe(lines.length);
});

it('of edges between the same boxes, each has its own line and its own label', () => {
  const edges = [
    edge(jobId('a'), jobId('b'), 'start', 'running A=1'),
    edge(jobId('a'), jobId('b'), 'stop', 'ended A=2'),
  ];
  const { edges: placed } = layOut({ nodes: [node('job', 'a'), node('job', 'b')], edges });
  expect(placed.map((each) => each.edge.kind)).toEqual(['start', 'stop']);
  const [first, second] = placed.map(({ label }) => label);
  expect(Math.abs((first?.[1] ?? 0) - (second?.[1] ?? 0))).toBeGreaterThanOrEqual(14);
  expect(placed[0]?.points.map(([, y]) => y)).not.toEqual(placed[1]?.points.map(([, y]) => y));
});
