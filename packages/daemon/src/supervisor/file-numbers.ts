/** The numbers that descriptors of clients have in a process. */
import { LIMITS } from './frame-table.ts';

export const { FILES_PER_PROCESS } = LIMITS;

/** The script has this one. */
const SCRIPT = 9;

const { LISTEN_FIRST, FILE_FIRST } = LIMITS;

/** So many can have the numbers that sd_listen_fds(3) wants, which have no gap. */
const MAX_LISTEN_FDS = SCRIPT - LISTEN_FIRST;

/** Those of `count` descriptors of `SpawnSpec.files`; `readyFd`: the end of a ready pipe has this one. */
export function fileNumbers(count: number, readyFd = -1): number[] {
  const first = readyFd >= LISTEN_FIRST && readyFd < FILE_FIRST ? readyFd + 1 : LISTEN_FIRST;
  return Array.from({ length: count }, (_, i) => (first + i < SCRIPT ? first + i : first + i + 1));
}

/** Whether sd_listen_fds(3) finds descriptors with these numbers. */
export const areListenFds = (numbers: readonly number[]): boolean =>
  numbers[0] === LISTEN_FIRST && numbers.length <= MAX_LISTEN_FDS;

/** `SpawnSpec.filesFrom` for numbers that begin with this one; a state saved by an older daemon has others. */
export const filesFrom = (first: number): number | undefined =>
  first >= LISTEN_FIRST && first < FILE_FIRST ? first : undefined;
