import { describe, expect, it } from 'vitest';
import { COLOURS, dotGraph, GraphError, parseShowConfig, restrict } from './dot-graph.ts';

const TEXT = `web
  emits web-up
  emits web-*
  start on net-up (job:, env: IFACE=lo)
  start on started (job: db, env:)
  stop on stopping (job: db, env: INSTANCE=a)
db
  start on started (job:, env: A=b)
first
  start on starting (job: db, env:)
`;

describe('initctl2dot', () => {
  it('reads the lines of show-config -e', () => {
    const graph = parseShowConfig(TEXT);
    expect([...graph.keys()]).toEqual(['web', 'db', 'first']);
    expect(graph.get('web')).toEqual({
      emits: ['web-up', 'web-*'],
      triggers: [
        { on: 'start', event: 'net-up', job: null },
        { on: 'start', event: 'started', job: 'db' },
        { on: 'stop', event: 'stopping', job: 'db' },
      ],
    });
    expect(parseShowConfig('web\n  ready tcp 80\n  check exec a (job:)\n').get('web')).toEqual({
      emits: [],
      triggers: [],
    });
    expect(() => parseShowConfig('  check tcp 80\n')).toThrow(GraphError);
    expect(() => parseShowConfig('  emits x\n')).toThrow('invalid line:   emits x');
    expect(() => parseShowConfig('web\n  start at noon\n')).toThrow(GraphError);
  });

  it('draws jobs, events and what is between them', () => {
    const dot = dotGraph(parseShowConfig(TEXT), COLOURS);
    const lines = dot.split('\n').map((line) => line.trim());
    expect(lines).toContain('job_web -> event_web_up [color="green"];');
    expect(lines).toContain('event_net_up -> job_web:start [color="blue"];');
    expect(lines).toContain('job_db:job -> job_web:start [color="blue"];');
    expect(lines).toContain('job_db:job -> job_web:stop [color="red"];');
    expect(lines).toContain('event_started -> job_db:start [color="blue"];');
    expect(lines).toContain('job_first:job -> job_db:start [color="blue"];');
    expect(lines).toContain(
      'event_web_star [label="web-*", shape=diamond, style="filled,dotted", fillcolor="thistle", fontcolor="black"];',
    );
    expect(lines[0]).toBe('digraph upstart {');
    expect(lines.at(-2)).toBe('}');
  });

  it('can be about some of the jobs', () => {
    const graph = parseShowConfig(TEXT);
    const dot = dotGraph(restrict(graph, ['db']), { ...COLOURS, job: 'pink' });
    expect(dot).not.toContain('web');
    expect(dot).toContain('fillcolor="pink"');
    expect(() => restrict(graph, ['db', 'nobody'])).toThrow('unknown job nobody');
  });

  it('makes names that dot can read', () => {
    const dot = dotGraph(parseShowConfig('net/$a-b.c\n  start on x:y[!z]? (job:, env:)\n'), COLOURS);
    expect(dot).toContain('job_netslashdollar_a_bdotc [label="<job> net/$a-b.c |');
    expect(dot).toContain('event_xcolonylbrackerbangzrbrackerquestion -> job_netslashdollar_a_bdotc:start');
  });
});
