/** The meaning of failed system calls for a file or directory. */

/** Part of the path does not exist. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

/** The machine lacks a resource at the moment; the file may be fine. */
export function isPassing(error: unknown): boolean {
  return PASSING.has((error as NodeJS.ErrnoException).code ?? '');
}
