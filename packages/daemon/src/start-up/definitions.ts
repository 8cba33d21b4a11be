/** Which definitions of job files are new to the engine, and which jobs have a file at all. */
import { areEqualDefinitions, type JobDefinition } from '@upstart/job-language';
import type { Runner } from '../runner/runner.ts';

export class Definitions {
  readonly #runner: Pick<Runner, 'engine' | 'submit'>;
  readonly #replaced: (name: string) => void;
  readonly #inFiles = new Map<string, JobDefinition>();

  /** Calls `replaced` for each job whose files were read again, whether or not its definition is another one now. */
  constructor(runner: Pick<Runner, 'engine' | 'submit'>, replaced: (name: string) => void) {
    this.#runner = runner;
    this.#replaced = replaced;
  }

  /** The present definition of a job; null: no file defines it. After a restart of the daemon most files are unchanged. */
  take(name: string, definition: JobDefinition | null): void {
    if (definition) this.#inFiles.set(name, definition);
    else this.#inFiles.delete(name);
    const known = this.#runner.engine.state.classes.get(name);
    const current = known?.next ? known.next.definition : known?.definition;
    const isSame =
      current && definition ? areEqualDefinitions(current, definition) : known !== undefined && !current && !definition;
    if (!isSame) this.#runner.submit({ type: 'define', name, definition });
    this.#replaced(name);
  }

  /** Drops the jobs whose files were removed while no daemon ran. */
  forgetMissing(): void {
    for (const name of this.#runner.engine.state.classes.keys()) {
      if (!this.#inFiles.has(name)) this.#runner.submit({ type: 'define', name, definition: null });
    }
  }

  /** Whether a job in a file can have an instance with this label. */
  mayHave(label: string): boolean {
    return [...this.#inFiles].some(([name, { instance }]) =>
      instance === '' ? label === name : label.startsWith(`${name}-`) && label.length > name.length + 1,
    );
  }
}
