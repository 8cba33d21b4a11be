/**
 * Hints from the end of a process, by the habits of shells and `sh -e`, and by `expect`. They quote nothing of the job's file, because
 * every client may read them.
 */
import { counted, type Slot, secondsInWords } from '@upstart/common';
import type { Expect, JobDefinition } from '@upstart/job-language';
import type { ProcessState } from '../model/process-state.ts';
import type { InstanceState } from '../model/state.ts';
import { awaitedWords } from '../readiness/words.ts';

const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
/** Above it, the status in shells is the signal that ended a command. */
const BY_SIGNAL = 128;

/** Whether the status shows that the program did not run, so that it could not meet `expect`. */
export function neverRan(status: number): boolean {
  return status === NOT_EXECUTABLE || status === NOT_FOUND;
}

/** `status` as in FailureState; null without a hint. */
export function exitHint({ processes }: JobDefinition, slot: Slot, status: number): string | null {
  const process = processes[slot];
  if (!process || status <= 0 || status >= 256) return null;
  if (status === NOT_FOUND) return 'status 127: a command was not found';
  if (status === NOT_EXECUTABLE) return 'status 126: a command was found, but could not be executed';
  if (process.kind === 'exec' || status >= BY_SIGNAL) return null;
  const program = /^[ \t]*exec[ \t]/m.test(process.text) ? ', or the program that it executes,' : '';
  return `a command in the script${program} ended with status ${status}, and the script with it: init runs scripts by \`sh -e\``;
}

/** For a program that ended before its job had started. */
export function earlyEndHint(definition: JobDefinition, process: ProcessState, instance: InstanceState): string {
  const [awaited] = awaitedWords(definition, instance);
  if (awaited !== undefined) return `the main process ended before it was ready: ${awaited}`;
  return instance.settling ? settleHint(definition) : expectHint(definition.expect, process);
}

/** For a program that ended without meeting `expect`. */
function expectHint(expect: Expect, process: ProcessState): string {
  const seen = process.forks === 0 ? 'without forking' : `after ${counted(process.forks, 'fork')}`;
  return `the main process ended ${seen}: \`expect ${expect}\` does not fit this program`;
}

/** For a program that ended before its settle time was over. */
function settleHint({ readyAfterMs }: JobDefinition): string {
  return `the main process did not live for ${secondsInWords(readyAfterMs)}, as \`ready after\` expects`;
}

/** For one that was respawned too often, and whose forks were followed. */
export function followedHint(expect: Expect, process: ProcessState): string {
  return (
    `\`expect ${expect}\` made the job follow process ${process.pid}, a child of process ${process.firstPid} that ended ` +
    `early: it may have been a fork of the shell's own rather than the daemon, and \`expect ${expect}\` does not fit`
  );
}
