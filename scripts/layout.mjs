// The places of all files. `dist/` has the shape of an installation: executables look for `../lib/upstart` beside themselves.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const DIST = join(ROOT, 'dist');
export const BIN = join(DIST, 'bin');
export const LIB = join(DIST, 'lib', 'upstart');
/** The records of the last build: a file for each target. */
export const RECORDS = join(DIST, '.build');
/** The records of the checks that passed. */
export const CHECK_RECORDS = join(DIST, '.checks');
