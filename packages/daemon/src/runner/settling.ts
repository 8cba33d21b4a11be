/** Callers that wait for a condition that inputs may make true. */
export class Settling {
  readonly #checks = new Set<() => void>();

  /** Resolves when `isSettled` holds at a check, or after `limitMs`, which may be Infinity. */
  wait(isSettled: () => boolean, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#checks.delete(check);
        resolve();
      };
      const check = (): void => {
        if (isSettled()) done();
      };
      const timer = limitMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(done, limitMs);
      this.#checks.add(check);
    });
  }

  /** Inputs have been applied. */
  check(): void {
    for (const check of [...this.#checks]) check();
  }
}
