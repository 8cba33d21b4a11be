/**
 * Series of respawns: how often a job was respawned without having run for a while in between, the pause before the next try
 * (`respawn delay`), and whether it flaps.
 */
import type { JobDefinition } from '@upstart/job-language';
import { emitEvent } from '../model/blocking.ts';
import type { Context } from '../model/context.ts';
import { jobEventEnvironment } from '../model/job-events.ts';
import type { InstanceState } from '../model/state.ts';

/** A job flaps after so many respawns within so many milliseconds. */
export const FLAPPING_RESPAWNS = 5;
export const FLAPPING_MS = 600_000;

/** The default of `respawn reset`: a run of so many milliseconds ends a series. */
export const USUAL_RESET_MS = 600_000;

/** The part of a pause that depends on the job, so that jobs that end together do not all respawn at the same moment. */
const JITTER = 0.1;

/** The main process has ended: if it had run for long enough, the next respawn is the first of a series. */
export function endSeriesIfOver(context: Context, instance: InstanceState): void {
  const { respawnResetMs } = context.classOf(instance).definition;
  if (!isOver(respawnResetMs, instance, context.nowMs)) return;
  delete instance.series;
  delete instance.respawnedAt;
  // Only the stanza ends the window of the respawn limit, too.
  if (respawnResetMs !== null) instance.respawnCount = 0;
}

/** Counts the respawn that follows. */
export function noteRespawn(context: Context, instance: InstanceState): void {
  const { definition } = context.classOf(instance);
  const { name, respawnDelayMs } = definition;
  instance.respawns++;
  delete instance.chain;
  instance.respawnedAt = [...(instance.respawnedAt ?? []), context.nowMs].slice(-FLAPPING_RESPAWNS);
  const { count = 0, since = context.wallMs, sinceMs = context.nowMs, flaps = false } = instance.series ?? {};
  instance.series = { count: count + 1, since, sinceMs, flaps: isFlapping(definition, instance, context.nowMs) };
  if (instance.series.flaps && !flaps) emitFlapping(context, instance);
  if (respawnDelayMs > 0) {
    const seed = `${name}\0${instance.name}\0${instance.series.count}`;
    instance.pause = { ms: pauseMs(definition, instance.series.count, seed), timer: 0, until: 0 };
  }
}

/** The instance runs again. */
export function noteRun({ nowMs }: Pick<Context, 'nowMs'>, { series }: InstanceState): void {
  if (series) series.runsSinceMs = nowMs;
}

/** `nowMs`: monotonic time. */
export function isFlapping(
  { respawnResetMs }: Pick<JobDefinition, 'respawnResetMs'>,
  instance: Pick<InstanceState, 'respawnedAt' | 'series'>,
  nowMs: number,
): boolean {
  const { respawnedAt = [] } = instance;
  const [first] = respawnedAt;
  const isDense = first !== undefined && respawnedAt.length === FLAPPING_RESPAWNS && nowMs - first <= FLAPPING_MS;
  return isDense && !isOver(respawnResetMs, instance, nowMs);
}

function isOver(resetMs: number | null, { series }: Pick<InstanceState, 'series'>, nowMs: number): boolean {
  return series?.runsSinceMs !== undefined && nowMs - series.runsSinceMs >= (resetMs ?? USUAL_RESET_MS);
}

/** Once a series; only if the job asks for back-off, or another one for the event: the original has no such event. */
function emitFlapping(context: Context, instance: InstanceState): void {
  const { respawnDelayMs, respawnResetMs } = context.classOf(instance).definition;
  const [job = '', name = '', ...exported] = jobEventEnvironment(context, instance, false);
  const env = [job, name, `COUNT=${instance.series?.count}`, ...exported];
  const isAsked = respawnDelayMs > 0 || respawnResetMs !== null;
  if (isAsked || context.listeners.find({ name: 'flapping', env }).length > 0) emitEvent(context, 'flapping', env);
}

/** The pause before the respawn of that number: it doubles up to the longest one. The part that varies follows from `seed`. */
export function pauseMs(
  { respawnDelayMs, respawnMaxDelayMs }: Pick<JobDefinition, 'respawnDelayMs' | 'respawnMaxDelayMs'>,
  count: number,
  seed: string,
): number {
  const whole = Math.min(respawnDelayMs * 2 ** (count - 1), respawnMaxDelayMs);
  return Math.max(1, Math.round(whole * (1 - JITTER * fraction(seed))));
}

/** A number from 0 to below 1 that looks random, but is always the same: FNV-1a, with its bits mixed once more. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** Begins the pause before the next start. Returns false if there is none. */
export function beginPause(context: Context, instance: InstanceState): boolean {
  const { pause } = instance;
  if (!pause) return false;
  pause.timer = context.arm(pause.ms, { kind: 'respawn', instance: instance.id });
  pause.until = context.wallMs + pause.ms;
  return true;
}

/** Deletes the pause. Returns whether it had begun. */
export function endPause(context: Context, instance: InstanceState): boolean {
  const { pause } = instance;
  if (!pause) return false;
  delete instance.pause;
  context.disarm(pause.timer);
  return pause.timer !== 0;
}
