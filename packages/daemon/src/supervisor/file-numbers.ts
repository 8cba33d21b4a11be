/** The numbers that descriptors of clients have in a process. */
import { LIMITS } from './frame-table.ts';

export const { FILES_PER_PROCESS } = LIMITS;

/** The script has this one. */
const SCRIPT = 9;

/** That of the descriptor at position `index` of `SpawnSpec.files`. */
export function fileNumber(index: number): number {
  const number = LIMITS.FILE_FIRST + index;
  return number < SCRIPT ? number : number + 1;
}
