/**
 * Compares the output of `upstart simulate` with that of `upstart history` afterwards. Two processes that do not wait for each other
 * race, so only this is promised: the changes of each instance, in order and with causes, and that no change precedes its cause.
 */
import { expect } from 'vitest';
import type { HistoryEntry, SimulatedChange } from '../../packages/protocol/src/index.ts';

/** A goal, or a state of a job: the steps that both show without `--all`. */
interface Milestone {
  readonly instance: string;
  readonly text: string;
}
interface RealMilestone extends Milestone {
  readonly id: number;
}

const REACHED: ReadonlySet<string> = new Set(['running', 'waiting']);
const withoutPids = (cause: string): string => cause.replace(/ process \(\d+\)/g, ' process');
const goalText = (to: string, cause: string): string => `${to} ${withoutPids(cause)}`;

function simulated(changes: readonly SimulatedChange[]): Milestone[] {
  return changes.flatMap((change) => {
    const instance = `${change.job}/${change.instance}`;
    if (change.kind === 'goal') return [{ instance, text: goalText(change.to, change.cause) }];
    return REACHED.has(change.to) ? [{ instance, text: change.to }] : [];
  });
}

function real(entries: readonly HistoryEntry[]): RealMilestone[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'goal' && entry.kind !== 'state') return [];
    const base = { id: entry.id, instance: `${entry.job}/${entry.instance}` };
    if (entry.kind === 'goal') return [{ ...base, text: goalText(entry.to, entry.cause.text) }];
    return REACHED.has(entry.to) ? [{ ...base, text: entry.to }] : [];
  });
}

function byInstance<M extends Milestone>(milestones: readonly M[]): Map<string, M[]> {
  const all = new Map<string, M[]>();
  for (const one of milestones) all.set(one.instance, [...(all.get(one.instance) ?? []), one]);
  return all;
}

/** The changes of each instance, for a comparison of all of them. */
function lives(milestones: readonly Milestone[]): Record<string, string[]> {
  const each = [...byInstance(milestones)].map(([name, own]) => [name, own.map(({ text }) => text)] as const);
  return Object.fromEntries(each.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether as much has happened as was simulated. */
export function isOver(changes: readonly SimulatedChange[], entries: readonly HistoryEntry[]): boolean {
  return real(entries).length >= simulated(changes).length;
}

/** All milestones in their order: equal only where nothing races. */
export function expectSameOrder(changes: readonly SimulatedChange[], entries: readonly HistoryEntry[]): void {
  const plain = (milestones: readonly Milestone[]) => milestones.map(({ instance, text }) => `${instance} ${text}`);
  expect(plain(real(entries))).toEqual(plain(simulated(changes)));
}

/** Checks the promise above. Returns the number of compared pairs of cause and effect of two instances. */
export function expectWhatIsPromised(changes: readonly SimulatedChange[], entries: readonly HistoryEntry[]): number {
  const before = simulated(changes);
  const after = real(entries);
  expect(lives(after)).toEqual(lives(before));
  const places = new Map<RealMilestone, number>();
  const ownBefore = byInstance(before.map((milestone, place) => ({ ...milestone, place })));
  for (const [instance, own] of byInstance(after))
    for (const [i, milestone] of own.entries()) places.set(milestone, ownBefore.get(instance)?.[i]?.place ?? -1);
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  const milestoneOf = new Map(after.map((milestone) => [milestone.id, milestone]));
  let compared = 0;
  for (const effect of after) {
    const cause = causeOf(effect, entryOf, milestoneOf);
    if (!cause) continue;
    const [first, second] = [places.get(cause), places.get(effect)] as [number, number];
    expect({ cause, effect, inOrder: first < second }).toEqual({ cause, effect, inOrder: true });
    if (cause.instance !== effect.instance) compared++;
  }
  return compared;
}

/** The nearest milestone that an entry of the history came after. */
function causeOf(
  { id }: RealMilestone,
  entryOf: ReadonlyMap<number, HistoryEntry>,
  milestoneOf: ReadonlyMap<number, RealMilestone>,
): RealMilestone | undefined {
  for (let at = entryOf.get(id)?.after ?? 0; at !== 0; at = entryOf.get(at)?.after ?? 0) {
    const found = milestoneOf.get(at);
    if (found) return found;
  }
  return undefined;
}
