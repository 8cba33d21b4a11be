/** Probes for tests, as the engine arms them. */
import type { ProbeTarget } from '@upstart/job-language';
import type { ArmedProbe } from '../../engine/model/probe-state.ts';

/** A try takes as long as a slow machine needs, unless a test is about one that takes too long. */
const PATIENCE_MS = 600_000;

let nextId = 1;
export const armed = (target: ProbeTarget, more: Partial<ArmedProbe> = {}): ArmedProbe => ({
  ...{ id: nextId++, instance: 7, target, intervalMs: 10, timeoutMs: PATIENCE_MS },
  ...more,
});
