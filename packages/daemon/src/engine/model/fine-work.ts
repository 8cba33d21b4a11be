/** Work that is smaller than a step of the event queue, such as copying one variable. */

/** So many units of fine work count as one step of the event queue. */
const FINE_STEPS = 128;

export class FineWork {
  #fineSteps = 0;

  add(fineSteps: number): void {
    this.#fineSteps += fineSteps;
  }

  reset(): void {
    this.#fineSteps = 0;
  }

  /** The work since the last call, in steps of the event queue; the rest stays for the next one. */
  takeSteps(): number {
    const steps = Math.floor(this.#fineSteps / FINE_STEPS);
    this.#fineSteps -= steps * FINE_STEPS;
    return steps;
  }
}
