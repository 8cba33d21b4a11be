// Where everything lies. `dist/` has the shape of an installation: executables look for `../lib/upstart` beside themselves.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const DIST = join(ROOT, 'dist');
export const BIN = join(DIST, 'bin');
export const LIB = join(DIST, 'lib', 'upstart');
/** What the build remembers of its last run: a file a target. */
export const RECORDS = join(DIST, '.build');
/** What the checks remember of theirs. */
export const CHECK_RECORDS = join(DIST, '.checks');
