import type { Condition } from '@upstart/common';
import type { HistoryEntry, JobConfig } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { DrawError } from '../order.ts';
import { widthOf } from '../svg.ts';
import { dotText } from './dot.ts';
import { graphPicture } from './drawing.ts';
import { buildGraph, type Graph, type GraphNode, MAX_PATTERN_JOBS, neighbourhood } from './graph.ts';
import { edgeLabel, nodeWords } from './labels.ts';
import { layOut } from './layout.ts';
import { sceneOf } from './scene.ts';
import { boxed } from './twins.ts';

const on = (name: string, ...args: string[]): Condition => ({ op: 'event', name, args });
const config = (job: string, more: Partial<JobConfig> = {}): JobConfig => ({
  ...{ job, path: `/etc/init/${job}.conf`, description: '', author: '', version: '', usage: null, emits: [] },
  ...{ startOn: null, stopOn: null, ...more },
});
const CONFIGS = [
  config('db', { startOn: on('startup') }),
  config('web', {
    startOn: { op: 'and', left: on('started', 'db'), right: on('net-up', 'IFACE=lo') },
    stopOn: on('stopping', 'JOB=db'),
  }),
  config('net', { startOn: on('startup'), emits: ['net-*'] }),
  config('hand'),
];

const edgesOf = ({ edges }: Graph): string[] =>
  edges.map(({ from, kind, to, events }) => `${from} ${kind} ${to} (${events.join(', ')})`);

describe('the graph', () => {
  it('has the conditions and what jobs emit as edges', () => {
    const graph = buildGraph(CONFIGS, []);
    expect(edgesOf(graph)).toEqual([
      'event:startup start job:db (startup)',
      'job:db start job:web (started)',
      'event:net-up start job:web (net-up IFACE=lo)',
      'job:db stop job:web (stopping)',
      'event:startup start job:net (startup)',
      'job:net emits event:net-up ()',
    ]);
    expect(graph.nodes.find(({ name }) => name === 'web')).toEqual({
      ...{ id: 'job:web', kind: 'job', name: 'web', known: true, stopOn: 'stopping JOB=db' },
      ...{ restartOn: null, reloadOn: null, ready: [], check: [] },
      startOn: '(started db and net-up IFACE=lo)',
    });
  });

  it('leads from what goes to the cluster to the events that come of it', () => {
    const sender = { emits: ['done', 'cluster', 'saved'], emitsCluster: ['saved'] };
    const graph = buildGraph([config('save', sender), config('copy', { startOn: on(':cluster:saved', 'HOST=*') })], []);
    expect(edgesOf(graph)).toEqual([
      'event::cluster:saved start job:copy (:cluster:saved HOST=*)',
      'job:save emits event:done ()',
      'job:save emits event:saved ()',
      'job:save emits event::cluster:saved ()',
    ]);
  });

  it('leads from jobs with checks to the events of their health that others wait for', () => {
    const check = ['http http://localhost/healthz'];
    const graph = buildGraph(
      [
        config('web', { ready: ['tcp 80'], check }),
        config('db', { check: ['tcp 5432'] }),
        config('hand'),
        config('alarm', { startOn: on('unhealthy', 'JOB=w*'), stopOn: on('healthy', 'web') }),
        config('any', { restartOn: on('unhealthy') }),
      ],
      [],
    );
    expect(edgesOf(graph)).toEqual([
      'event:unhealthy start job:alarm (unhealthy JOB=w*)',
      'job:web emits event:unhealthy ()',
      'event:healthy stop job:alarm (healthy web)',
      'job:web emits event:healthy ()',
      'event:unhealthy restart job:any (unhealthy)',
      'job:db emits event:unhealthy ()',
    ]);
    const web = graph.nodes.find(({ name }) => name === 'web') as GraphNode;
    expect(web).toMatchObject({ ready: ['tcp 80'], check });
    expect(nodeWords(web)).toBe('job web\nready tcp 80\ncheck http http://localhost/healthz');
  });

  it('knows missing jobs, events that nothing emits, and patterns that meet no event', () => {
    const { nodes } = buildGraph(
      [config('web', { startOn: on('started', 'gone'), stopOn: on('odd'), emits: ['x-*'] })],
      [],
    );
    expect(nodes.map(({ id, known }) => [id, known])).toEqual([
      ['job:web', true],
      ['job:gone', false],
      ['event:odd', false],
      ['event:x-*', true],
    ]);
  });

  it('leads from all jobs that a pattern of a condition means, unless these are too many', () => {
    const workers = (count: number) => Array.from({ length: count }, (_, at) => config(`worker${at}`));
    const watch = config('watch', { startOn: on('stopped', 'JOB=worker*') });
    expect(buildGraph([...workers(MAX_PATTERN_JOBS), watch], []).edges).toHaveLength(MAX_PATTERN_JOBS);
    expect(edgesOf(buildGraph([...workers(MAX_PATTERN_JOBS + 1), watch], []))).toEqual([
      'job:worker* start job:watch (stopped)',
    ]);
  });

  it('shows a pattern itself when there is no budget left to compare it', () => {
    const jobs = [config('web', { startOn: on('net-up') }), config('net', { emits: ['net-*'] })];
    const enough = { steps: 1000 };
    buildGraph(jobs, [], enough);
    const used = 1000 - enough.steps;
    const emitted = (steps: number) => edgesOf(buildGraph(jobs, [], { steps })).at(-1);
    expect(emitted(used)).toBe('job:net emits event:net-up ()');
    expect(emitted(used - 1)).toBe('job:net emits event:net-* ()');
  });

  it('counts what the history has seen, also what no condition says any more', () => {
    const base = { atMs: 0, monotonicMs: 0 };
    const goal = (id: number, after: number, job: string): HistoryEntry => ({
      ...{ ...base, id, after, kind: 'goal', job, instance: '', from: 'stop', to: 'start' },
      cause: { kind: 'event', text: 'by an event' },
    });
    const history: HistoryEntry[] = [
      { ...base, id: 1, after: 0, kind: 'event', event: 'startup', cause: { kind: 'init', text: '' } },
      goal(2, 1, 'db'),
      { ...base, id: 3, after: 2, kind: 'state', job: 'db', instance: '', from: 'post-start', to: 'running' },
      goal(4, 3, 'web'),
      goal(5, 3, 'hand'),
      { ...base, id: 6, after: 3, kind: 'event', event: 'ready X=1', cause: { kind: 'request', text: 'by job db' } },
      goal(7, 99, 'net'),
    ];
    const { edges } = buildGraph(CONFIGS, history);
    expect(edges.filter(({ seen }) => seen > 0).map(({ from, to, kind, seen }) => [from, kind, to, seen])).toEqual([
      ['event:startup', 'start', 'job:db', 1],
      ['job:db', 'start', 'job:web', 1],
      ['job:db', 'start', 'job:hand', 1],
      ['job:db', 'emits', 'event:ready', 1],
    ]);
  });
});

describe('what restarts and reloads jobs', () => {
  const configs = [
    config('db', { startOn: on('startup') }),
    config('web', { startOn: on('startup'), restartOn: on('started', 'db'), reloadOn: on('file', 'FILE=/etc/web') }),
  ];

  it('has edges and conditions of its own', () => {
    const graph = buildGraph(configs, []);
    expect(edgesOf(graph)).toEqual([
      'event:startup start job:db (startup)',
      'event:startup start job:web (startup)',
      'job:db restart job:web (started)',
      'event:file reload job:web (file FILE=/etc/web)',
    ]);
    expect(nodeWords(graph.nodes.find(({ name }) => name === 'web') as GraphNode)).toBe(
      'job web\nstart on startup\nrestart on started db\nreload on file FILE=/etc/web',
    );
    expect(graph.edges.map(edgeLabel)).toEqual(['', '', '', 'FILE=/etc/web']);
    expect(dotText(graph)).toContain('"job:db" -> "job:web" [color="#8250df"');
  });

  it('is explained where it is drawn, in a picture wide enough for it', () => {
    const svg = graphPicture(buildGraph(configs, []));
    expect(svg).toContain('restarts (on started)');
    const rights = [...svg.matchAll(/<text x="([\d.]+)"[^>]*small dim[^>]*>([^<]*)/g)].map(
      ([, x, words]) => Number(x) + widthOf(words as string, 11),
    );
    expect(Number(/ width="(\d+)"/.exec(svg)?.[1])).toBeGreaterThanOrEqual(Math.max(...rights));
    expect(graphPicture(buildGraph(CONFIGS, []))).not.toMatch(/>re(starts|loads) \(/);
  });

  it('counts a restart in the history once, and as one', () => {
    const base = { atMs: 0, monotonicMs: 0, instance: '' };
    const goal = (id: number, from: string, to: string): HistoryEntry =>
      ({ ...base, id, after: 1, kind: 'goal', job: 'web', from, to, cause: { kind: 'event' } }) as HistoryEntry;
    const up = {
      ...base,
      id: 1,
      after: 0,
      kind: 'state',
      job: 'db',
      from: 'post-start',
      to: 'running',
    } as HistoryEntry;
    const { edges } = buildGraph(configs, [up, goal(2, 'start', 'stop'), goal(3, 'stop', 'start')]);
    expect(edges.filter(({ from, seen }) => from === 'job:db' || seen > 0)).toEqual([
      { from: 'job:db', to: 'job:web', kind: 'restart', events: ['started'], seen: 1 },
    ]);
  });
});

describe('the neighbourhood of jobs', () => {
  const graph = buildGraph(CONFIGS, []);

  it('is what acts on them, who emits that, and what they act on', () => {
    expect(neighbourhood(graph, ['web']).nodes.map(({ name }) => name)).toEqual(['db', 'web', 'net', 'net-up']);
    expect(neighbourhood(graph, ['n?t']).nodes.map(({ name }) => name)).toEqual(['web', 'net', 'startup', 'net-up']);
  });

  it('of a job that is not there is an error', () => {
    expect(() => neighbourhood(graph, ['web', 'wbe'])).toThrow(new DrawError('unknown job: wbe', true));
  });
});

describe('the picture', () => {
  it('puts jobs with the same edges in one box', () => {
    const same = ['a', 'b', 'c'].map((job) => config(job, { startOn: on('startup') }));
    const graph = buildGraph([...same, config('d', { startOn: on('startup'), stopOn: on('startup') })], []);
    expect(boxed(graph).boxes.map(({ nodes }) => nodes.map(({ name }) => name))).toEqual([
      ['a', 'b', 'c'],
      ['d'],
      ['startup'],
    ]);
    expect(boxed(graph).edges).toHaveLength(3);
  });

  it('has no two boxes over one another', () => {
    const jobs = Array.from({ length: 60 }, (_, at) =>
      config(`job-${at}`, { startOn: at % 7 === 0 ? on('startup') : on('started', `job-${at - (at % 3) - 1}`) }),
    );
    const { boxes } = layOut(buildGraph(jobs, []));
    for (const a of boxes)
      for (const b of boxes) {
        const isApart = Math.abs(a.x - b.x) * 2 >= a.width + b.width || Math.abs(a.y - b.y) * 2 >= a.height + b.height;
        expect(a === b || isApart).toBe(true);
      }
  });

  it('escapes all names, and draws a graph of nothing', () => {
    const svg = graphPicture(buildGraph([config('<x>"&', { startOn: on('a\u0007<b>') }), config('\udc80')], []));
    expect(svg).not.toMatch(/<x>|<b>|\p{Cs}/u);
    expect(svg).toContain('&lt;x&gt;&quot;&amp;');
    expect(graphPicture({ nodes: [], edges: [] })).toContain('0 jobs, 0 events, 0 edges');
  });
});

describe('the text for Graphviz', () => {
  it('quotes all names, and keeps those apart that differ', () => {
    const dot = dotText(buildGraph([config('a-b'), config('a_b'), config('q"\\'), config('l\n')], []));
    expect(dot).toContain('"job:a-b" [label="a-b"');
    expect(dot).toContain('"job:a_b" [label="a_b"');
    expect(dot).toContain(String.raw`"job:q\"\\" [label="q\"\\"`);
    expect(dot.split('\n')).toHaveLength(8);
  });
});

describe('the scene', () => {
  it('has each job and event at the place that the picture has it at', () => {
    const graph = buildGraph(CONFIGS, []);
    const { boxes, edges, width, height } = sceneOf(graph);
    const svg = graphPicture(graph);
    const nodes = boxes.flatMap((box) => box.nodes.map((node) => ({ box, node })));
    expect(nodes.map(({ node: { kind, name } }) => `${kind}:${name}`).sort()).toEqual(
      graph.nodes.map(({ id }) => id).sort(),
    );
    for (const { box, node } of nodes) {
      expect(svg).toContain(`x="${node.x}" y="${node.y}" text-anchor="middle">${node.label}<`);
      expect(node.x > box.x && node.x < box.x + box.width && box.x + box.width <= width).toBe(true);
      expect(node.y > box.y && node.y < box.y + box.height && box.y + box.height <= height).toBe(true);
    }
    expect(edges).toHaveLength(graph.edges.length);
    for (const { path } of edges) expect(svg).toContain(`d="${path}"`);
  });
});
