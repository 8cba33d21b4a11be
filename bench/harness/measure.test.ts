import { expect, test } from 'vitest';
import { chart } from '../report/chart.ts';
import { markdown, missingText, scenarioText } from '../report/table.ts';
import { measure } from './measure.ts';
import type { Scenario, Subject } from './scenario.ts';
import { pairedRatio, summarize } from './statistics.ts';

const order: string[] = [];

/** A subject whose values are `factor` times 1, 2, 3, … times the size. */
function subject(name: string, kind: Subject['kind'], factor: number, more: Partial<Subject> = {}): Subject {
  const open: Subject['open'] = async (size) => {
    let round = 0;
    return {
      once: async () => {
        order.push(name);
        return [factor * ++round * size];
      },
      close: async () => void order.push(`${name} closed`),
    };
  };
  return { name, kind, open, ...more };
}

function scenario(...subjects: Subject[]): Scenario {
  return {
    ...{ name: 'work', title: 'some work', sizeOf: 'pieces', subjects },
    sizes: { quick: [1, 10], usual: [1], long: [1] },
    repeats: { quick: 3, usual: 3, long: 3 },
    metrics: [{ name: 'time', unit: 'ms', better: 'less', goals: [{ timesLimit: 1.5 }, { size: 10, atMost: 100 }] }],
  };
}

const quiet = (): void => {};

test('the middle, the middle half, and ratios of pairs', () => {
  expect(summarize([5, 1, 3])).toEqual({ median: 3, low: 2, high: 4, samples: 3 });
  expect(summarize([1, 2])).toMatchObject({ median: 1.5 });
  // Everything is ten times slower the second time: the ratio does not care.
  expect(pairedRatio([2, 20, 2], [1, 10, 1])).toBe(2);
});

test('subjects take turns and are compared with the limit', async () => {
  order.length = 0;
  const result = await measure(scenario(subject('bare', 'limit', 1), subject('ours', 'this', 2)), 'quick', quiet);
  expect(order.slice(0, 6)).toEqual(['bare', 'ours', 'bare', 'ours', 'bare', 'ours']);
  expect(order.slice(6, 8)).toEqual(['bare closed', 'ours closed']);
  const [{ figures, verdicts }] = result.metrics as [(typeof result.metrics)[0]];
  expect(figures.filter(({ size }) => size === 10)).toMatchObject([
    { subject: 'bare', median: 20, timesLimit: null },
    { subject: 'ours', median: 40, timesLimit: 2 },
  ]);
  expect(verdicts.filter(({ size }) => size === 10)).toMatchObject([
    { goal: '≤ 1.5 × limit', reached: false },
    { goal: '≤ 100 ms', reached: true },
  ]);
});

test('an init that is missing, too small or fails is named, and the others continue', async () => {
  const failing: Partial<Subject> = { open: async () => Promise.reject(new Error('no such <thing>')) };
  const peers = [
    subject('absent', 'peer', 1, { missing: () => 'not installed' }),
    subject('small', 'peer', 1, { most: 5 }),
    subject('broken', 'peer', 1, failing),
  ];
  const result = await measure(scenario(subject('ours', 'this', 1), ...peers), 'quick', quiet);
  expect(result.metrics[0]?.figures.map((figure) => `${figure.subject} ${figure.size}`)).toEqual([
    'ours 1',
    'small 1',
    'ours 10',
  ]);
  expect(missingText([result])).toBe('Not measured:\n  absent: not installed');
  expect(scenarioText(result)).toContain('failed: broken, 10: no such <thing>');
});

test('the report is a table and a well-formed chart', async () => {
  const names = ['a & b', '<c>'];
  const result = await measure(scenario(...names.map((name) => subject(name, 'peer', 1))), 'quick', quiet);
  const machine = { processors: 1, model: 'x', memoryMb: 1, kernel: 'x', node: 'x', loadBefore: '0' };
  const text = markdown({ at: 'now', effort: 'quick', machine, scenarios: [result] });
  expect(text).toContain('| a & b | 10 | 20 ms | 15 – 25 |  |  |');
  const svg = chart([result]);
  expect(svg).toContain('&lt;c&gt;');
  expect(svg).toContain('a &amp; b');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  expect(svg.match(/<g /g)).toHaveLength(svg.match(/<\/g>/g)?.length ?? 0);
});
