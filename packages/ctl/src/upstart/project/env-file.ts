/** The file `.env` of a project. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EnvFileError, parseEnvFile } from '@upstart/job-language';
import type { Variables } from '../../convert/load.ts';

export interface EnvFile {
  readonly all: Variables;
  /** Those of which the file has another text. */
  readonly expanded: Readonly<Record<string, string>>;
}

/** The variables of `.env` in the folder, with those of the caller or of lines before them expanded; null: it has none. */
export function readEnv(folder: string, env: Variables): EnvFile | null {
  const path = join(folder, '.env');
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return null;
  try {
    const text = readFileSync(path, 'utf8');
    const written = variablesOf(parseEnvFile(text));
    const all = variablesOf(parseEnvFile(text, (name) => env[name]));
    const expanded = Object.entries(all).filter(([name, value]) => value !== written[name]);
    return { all, expanded: Object.fromEntries(expanded) };
  } catch (error) {
    if (!(error instanceof EnvFileError)) throw error;
    throw new Error(`${path}: ${error.message}`);
  }
}

function variablesOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
}
