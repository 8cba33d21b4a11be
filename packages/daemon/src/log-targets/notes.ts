/** What is wrong with the targets of a job's output, for explanations. Pure. */
import type { LogTargetStatus } from '@upstart/protocol';

/** A note for each target with trouble; `subject` is what is sent there. */
export function targetNotes(targets: readonly LogTargetStatus[], subject: string): string[] {
  return targets.flatMap((target) => {
    const text = TROUBLES[target.state](target);
    return text === null ? [] : `${subject} ${text}${droppedText(target)}`;
  });
}

type Trouble = (target: LogTargetStatus) => string | null;

const TROUBLES: Readonly<Record<LogTargetStatus['state'], Trouble>> = {
  starting: () => null,
  off: (target) => `is not sent to ${target.name}${because(target)}`,
  failed: (target) => `is not sent to ${target.name}${sinceText(target)}${because(target)}`,
  retrying: (target) => `does not reach ${target.name}${sinceText(target)}${because(target)}; ${waitingText(target)}`,
  running: ({ name, droppedBytes }) => (droppedBytes === 0 ? null : `is sent to ${name}, but not all of it`),
};

const because = ({ reason }: LogTargetStatus): string => (reason === null ? '' : `: ${reason}`);

function sinceText({ since }: LogTargetStatus): string {
  return since === undefined ? '' : ` since ${new Date(since).toISOString().replace(/\.\d+/, '')}`;
}

/** The queue is that of all jobs that have the target. */
function waitingText({ backlogBytes, isFull = false }: LogTargetStatus): string {
  return isFull
    ? `its queue is full with ${bytesText(backlogBytes)}, and the oldest output is dropped`
    : `${bytesText(backlogBytes)} of logs wait for it`;
}

function droppedText({ droppedBytes }: LogTargetStatus): string {
  return droppedBytes === 0 ? '' : `; dropped so far: ${bytesText(droppedBytes)}`;
}

const bytesText = (bytes: number): string => `${bytes} byte${bytes === 1 ? '' : 's'}`;
