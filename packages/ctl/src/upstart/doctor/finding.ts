/** What the checks of `upstart doctor` find, and what they are given. */
import type { BrokenFile } from '@upstart/common';
import { systemErrorText } from '@upstart/common';
import type { JobConfig, LogTargetStatus, SourceStatus } from '@upstart/protocol';
import type { CommandContext } from '../../context.ts';

/** `problem`: something does not work; `warning`: it works now, and may not later or for some jobs. */
export type FindingStatus = 'ok' | 'warning' | 'problem';

export interface Finding {
  readonly status: FindingStatus;
  readonly text: string;
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null;
}

/** The init that is examined, as far as it answers. */
export interface InitFound {
  readonly pid: number;
  /** Its version, as it names itself: `2.X.Y`. */
  readonly version: string;
  readonly configs: readonly JobConfig[];
  readonly broken: readonly BrokenFile[];
  /** Where it writes the logs of jobs, whatever its options are; null: nowhere, undefined: it has no job by which it could say so. */
  readonly logFolder?: string | null | undefined;
  /** The sources of events; absent: an older init, which has none. */
  readonly sources?: readonly SourceStatus[];
  /** The targets of logs; absent: an older init, which has none. */
  readonly logTargets?: readonly LogTargetStatus[];
}

export interface Patient {
  readonly env: CommandContext['env'];
  /** Whether it is a session's init. */
  readonly session: boolean;
  /** Its run-time folder, if it has been found; there may be nothing in it. */
  readonly folder: string | null;
  /** Null: it does not answer, for the reason `silence`. */
  readonly init: InitFound | null;
  readonly silence: string | null;
  /** The folder of this installation's libraries. */
  readonly lib: string;
}

export interface Check {
  readonly name: string;
  run(patient: Patient): Finding[] | Promise<Finding[]>;
}

export const ok = (text: string): Finding => ({ status: 'ok', text, advice: null });
export const warning = (text: string, advice: string | null): Finding => ({ status: 'warning', text, advice });
export const problem = (text: string, advice: string | null): Finding => ({ status: 'problem', text, advice });

/** The result of `look`, or the text of the system's error. */
export function attempt<T>(look: () => T): { value: T } | { error: string } {
  try {
    return { value: look() };
  } catch (error) {
    return { error: systemErrorText(error) };
  }
}
