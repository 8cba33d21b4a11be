import type { UpstartClient } from '@upstart/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_SAMPLED_JOBS, MAX_SAMPLES, SAMPLE_MS, SAMPLED_FOR_MS, SAMPLES_KEPT_MS } from '../limits.ts';
import { Usage } from './usage.ts';

describe('the usage of jobs', () => {
  let asked: string[] = [];
  let cpuMs = 0;
  let usage: Usage;
  const client = {
    async call(method: string, { job }: { job?: string }) {
      if (method === 'brokenFiles') return [];
      asked.push(job ?? '');
      cpuMs += SAMPLE_MS / 4;
      const instance = { name: '', goal: 'start', state: 'running', processes: [], memoryBytes: 4096, cpuMs, since: 1 };
      return [{ job, instances: [instance] }];
    },
  } as unknown as UpstartClient;

  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    cpuMs = 0;
    usage = new Usage(async () => client, Date.now);
  });
  afterEach(() => {
    usage.close();
    vi.useRealTimers();
  });

  it('is sampled only while somebody looks, and then forgotten', async () => {
    await vi.advanceTimersByTimeAsync(10 * SAMPLE_MS);
    expect(asked).toEqual([]);
    expect(await usage.of('web', 0)).toMatchObject([{ instances: [{ memoryBytes: 4096, cpuShare: null }] }]);
    await vi.advanceTimersByTimeAsync(SAMPLE_MS);
    const [first, second] = await usage.of('web', 0);
    expect(second?.instances[0]?.cpuShare).toBe(0.25);
    expect(await usage.of('web', first?.atMs ?? 0)).toEqual([second]);
    await vi.advanceTimersByTimeAsync(SAMPLED_FOR_MS + 2 * SAMPLE_MS);
    const count = asked.length;
    await vi.advanceTimersByTimeAsync(SAMPLES_KEPT_MS);
    expect(asked).toHaveLength(count);
    expect(usage.size).toBe(0);
    expect(vi.getTimerCount(), 'nothing is armed').toBe(0);
  });

  it('is bounded, in samples and in jobs', async () => {
    for (let at = 0; at < MAX_SAMPLES + 10; at++) {
      await usage.of('web', 0);
      await vi.advanceTimersByTimeAsync(SAMPLE_MS);
    }
    expect(await usage.of('web', 0)).toHaveLength(MAX_SAMPLES);
    for (let at = 1; at < MAX_SAMPLED_JOBS; at++) await usage.of(`job-${at}`, 0);
    await expect(usage.of('more', 0)).rejects.toMatchObject({ problem: { status: 503, code: 'too-busy' } });
    expect(await usage.of('web', 0)).toHaveLength(MAX_SAMPLES);
  });
});
