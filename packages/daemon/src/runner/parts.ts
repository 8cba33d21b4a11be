/** The parts that the runner works with. */
import type { Engine } from '../engine/engine.ts';
import type { History } from '../history/history.ts';
import type { Log } from '../log/log.ts';
import type { Probes } from '../probes/probes.ts';
import type { StateStore } from '../state/store.ts';
import type { ClientFiles } from '../supervisor/client-files.ts';
import type { Command, Report } from '../supervisor/process-messages.ts';
import type { Memory } from './memory.ts';

/** The most inputs that wait for others. */
export const MAX_LATER = 64;
export const isForLater = ({ type }: Report): boolean => type === 'looked';
/** Without reports of which the engine takes the number only: a later one stands for them. */
export const counted = (reports: readonly Report[]): Report[] =>
  reports.filter(({ type }, i) => (type !== 'peer' && type !== 'looked') || i === reports.length - 1);

/** The part of the supervisor's client that the runner uses. */
export interface CommandSink {
  /** Sends commands, and an acknowledgement of the reports that are on disk, if that is given. */
  send(commands: readonly Command[], acknowledged?: number): void;
  /** Commands that the kernel has not taken yet. */
  pending(): Command[];
  /** The keeper of clients' descriptors; null: there is none. */
  readonly files: Pick<ClientFiles, 'keep'> | null;
  /** The connection is over. */
  onClose(closed: () => void): void;
}

/** The part of the history that the runner uses. */
export type HistorySink = Pick<History, 'take' | 'flush' | 'maySave'>;

/** The part of the probes that the runner uses. */
export type ProbeSink = Pick<Probes, 'take' | 'keep'>;

export interface RunnerParts {
  engine: Engine;
  store: StateStore;
  supervisor: CommandSink;
  /** Identifies the supervisor of the processes in the state: a saved state is only valid for the same one. */
  identity: string;
  log: Omit<Log, 'child'>;
  memory: Pick<Memory, 'note'>;
  history: HistorySink;
  probes: ProbeSink;
  /** Called when the supervisor has taken the command to replace this daemon. */
  replaced(): void;
}
