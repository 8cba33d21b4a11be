/** A failure with a control group, by error number. */
export class CgroupError extends Error {
  override name = 'CgroupError';
  readonly errno: number;
  constructor(errno: number) {
    super(`control group: errno ${errno}`);
    this.errno = errno;
  }
}

const EINVAL = 22;

/** The error number of an exception from a system call or from this folder. Node itself rejects a path with a NUL. */
export function errnoOf(error: unknown): number {
  if (error instanceof CgroupError) return error.errno;
  return Math.abs((error as NodeJS.ErrnoException).errno ?? EINVAL);
}
