/** Everything that one run has found out. */
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { ScenarioResult } from '../harness/measure.ts';
import type { Effort } from '../harness/scenario.ts';

export interface Report {
  /** When, as an ISO date. */
  at: string;
  effort: Effort;
  machine: { processors: number; model: string; memoryMb: number; kernel: string; node: string; loadBefore: string };
  scenarios: ScenarioResult[];
}

export function describeMachine(): Report['machine'] {
  return {
    processors: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryMb: Math.round(totalmem() / 1024 / 1024),
    kernel: release(),
    node: process.versions.node,
    loadBefore: readFileSync('/proc/loadavg', 'latin1').split(' ').slice(0, 3).join(' '),
  };
}

/** A number with three significant digits, and no more than it needs. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  if (value === 0 || Math.abs(value) >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
