/** `env-file`: reads the variables of a process that is about to be started, and adds them to its environment. */
import { readSync } from 'node:fs';
import { decodeText, withRegularFile } from '@upstart/common';
import { EnvFileError, type EnvFileFault, parseEnvFile } from '@upstart/job-language';
import { fsPath } from '../conf/job-file.ts';
import { keyOf, mergeVariables } from '../engine/environment/environment.ts';
import type { Refusal } from '../identity/resolve.ts';
import type { SpawnSpec } from './process-messages.ts';

/** The largest file, in bytes: no program can be started with much more. */
export const MAX_ENV_FILE_BYTES = 128 * 1024;

const ENOENT = 2;
const ENOTDIR = 20;

/** The environment with the variables of all files, or why there is none. Of a name in several files the last one wins. */
export function withEnvFiles(spec: SpawnSpec): { env: string[]; refusal: null } | { env: null; refusal: Refusal } {
  const { files, fixed } = spec.envFiles ?? { files: [], fixed: [] };
  const env = [...spec.env];
  const kept = new Set(fixed);
  for (const [index, { path, mayBeMissing }] of files.entries()) {
    let variables: string[] | null;
    try {
      variables = readVariables(path);
    } catch (error) {
      const { errno, detail } = faultOf(error, index);
      if (mayBeMissing && (errno === ENOENT || errno === ENOTDIR)) continue;
      return { env: null, refusal: { step: 'env-file', errno, detail } };
    }
    mergeVariables(
      env,
      variables.filter((entry) => !kept.has(keyOf(entry))),
    );
  }
  return { env, refusal: null };
}

class UnusableFile extends Error {
  readonly fault: EnvFileFault;
  constructor(fault: EnvFileFault) {
    super(fault);
    this.fault = fault;
  }
}

function readVariables(path: string): string[] {
  // A path that begins with a variable without a value.
  if (!path.startsWith('/')) throw new UnusableFile('path');
  return withRegularFile(fsPath(path), (fd) => {
    const buffer = Buffer.allocUnsafe(MAX_ENV_FILE_BYTES + 1);
    const size = readSync(fd, buffer, 0, buffer.length, 0);
    if (size > MAX_ENV_FILE_BYTES) throw new UnusableFile('large');
    return parseEnvFile(decodeText(buffer.subarray(0, size)));
  });
}

/** `detail`: `INDEX LINE FAULT`, or `INDEX` where the system has said why. The supervisor keeps no longer one, such as a path. */
function faultOf(error: unknown, index: number): Pick<Refusal, 'errno' | 'detail'> {
  if (error instanceof EnvFileError) return { errno: 0, detail: `${index} ${error.line} ${error.fault}` };
  if (error instanceof UnusableFile) return { errno: 0, detail: `${index} 0 ${error.fault}` };
  const { errno } = error as NodeJS.ErrnoException;
  return errno === undefined ? { errno: 0, detail: `${index} 0 kind` } : { errno: -errno, detail: `${index}` };
}
