/** Why a job file (or override) was refused. `line` counts from 1; null where the trouble belongs to no line. */
export class JobFileError extends Error {
  readonly path: string;
  readonly line: number | null;

  constructor(path: string, line: number | null, message: string) {
    super(message);
    this.name = 'JobFileError';
    this.path = path;
    this.line = line;
  }

  /** As the log has it, without the `init:` before it (reference: job files §3). */
  override toString(): string {
    return this.line === null
      ? `${this.path}: Error while loading configuration file: ${this.message}`
      : `${this.path}:${this.line}: ${this.message}`;
  }
}
