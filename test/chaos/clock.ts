/** A clock that can be set: that of the daemons of one session, whatever the machine's own says. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The compiled library, for all clocks of this process. */
let library: string | null = null;

function compile(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'clock.so');
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', path, source]);
  return path;
}

export class Clock {
  /** A Node that goes by this clock. */
  readonly node: string;
  readonly #offset: string;

  /** Builds its library in `folder`, from the C source `source`. */
  constructor(folder: string, source: string) {
    library ??= compile(source);
    this.node = join(folder, 'node');
    this.#offset = join(folder, 'clock');
    writeFileSync(this.#offset, Buffer.alloc(8));
    const line = `LD_PRELOAD=${library} CHAOS_CLOCK=${this.#offset} exec ${process.execPath} "$@"`;
    writeFileSync(this.node, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  }

  /** Sets it so many seconds before (negative) or after the time of the machine. */
  set(seconds: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(seconds));
    // In place: processes that follow this clock have mapped the file.
    writeFileSync(this.#offset, bytes, { flag: 'r+' });
  }
}
