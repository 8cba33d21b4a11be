/** Counts the checks, and prints each as it is made. */
import { type Answer, eventually, type Guest } from './guest.ts';

export class Report {
  readonly #guest: Guest;
  passed = 0;
  failed = 0;

  constructor(guest: Guest) {
    this.#guest = guest;
  }

  /** `wrong` lists the differences, one a line. */
  nothingWrong(name: string, wrong: readonly string[]): void {
    if (wrong.length === 0) this.passed++;
    else this.failed++;
    console.log(wrong.length === 0 ? `ok ${name}` : `not ok ${name}\n${wrong.map((line) => `  ${line}`).join('\n')}`);
  }

  equal(name: string, found: string, wanted: string): void {
    this.nothingWrong(name, found === wanted ? [] : difference(wanted.split('\n'), found.split('\n')));
  }

  /** Checks the present output of `script` inside. */
  async says(name: string, script: string, wanted: string): Promise<void> {
    this.equal(name, trimmed(await this.#guest.run(script)), wanted);
  }

  /** Waits for the output of `script` inside. */
  async comesToSay(name: string, script: string, wanted: string): Promise<void> {
    const output = await eventually(this.#guest, script, (text) => text.trimEnd() === wanted);
    this.equal(name, output.trimEnd(), wanted);
  }
}

/** The lines that only one of both has, or all of both when they differ in their order alone. */
function difference(wanted: string[], found: string[]): string[] {
  const missing = wanted.filter((line) => !found.includes(line));
  const unwanted = found.filter((line) => !wanted.includes(line));
  const ordered = missing.length + unwanted.length === 0;
  return [
    'wanted:',
    ...(ordered ? wanted : missing).map((line) => `  ${line}`),
    'found:',
    ...(ordered ? found : unwanted).map((line) => `  ${line}`),
  ];
}

const trimmed = ({ output }: Answer): string => output.trimEnd();
