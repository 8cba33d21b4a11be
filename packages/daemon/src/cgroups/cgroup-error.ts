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

/** The number of whatever a system call, or we, have thrown; Node itself refuses what has a NUL in it. */
export function errnoOf(error: unknown): number {
  if (error instanceof CgroupError) return error.errno;
  return Math.abs((error as NodeJS.ErrnoException).errno ?? EINVAL);
}
