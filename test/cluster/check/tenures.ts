/** The runs of the job that only one host may run, from the files of its processes (`holder.c`). */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from './compile.ts';
import type { Tenure } from './history.ts';

const NANOSECONDS = 1_000_000;

export class Tenures {
  /** The command of the job. */
  readonly program: string;
  readonly folder: string;

  constructor(folder: string) {
    this.folder = join(folder, 'tenures');
    mkdirSync(this.folder);
    this.program = compile('holder', folder);
  }

  /** All of them, the first one first. */
  list(): Tenure[] {
    return readdirSync(this.folder)
      .flatMap((file) => {
        const [host = '', token] = file.split('.');
        const times = /^(\d+) (\d+)\n$/.exec(readFileSync(join(this.folder, file), 'latin1'));
        if (!times) return [];
        return [
          { host, token: Number(token), fromMs: Number(times[1]) / NANOSECONDS, toMs: Number(times[2]) / NANOSECONDS },
        ];
      })
      .sort((a, b) => a.fromMs - b.fromMs);
  }
}
