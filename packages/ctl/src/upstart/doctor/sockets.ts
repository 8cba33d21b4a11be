/** What inits that have ended left behind. */
import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { pidOfSessionFile, sessionFolder } from '@upstart/protocol';
import { attempt, type Check, ok, warning } from './finding.ts';

export const sockets: Check = {
  name: 'sockets',
  run({ env }) {
    const runtime = env.XDG_RUNTIME_DIR ?? '';
    const folder = isAbsolute(runtime) ? sessionFolder(runtime) : null;
    const names = folder === null ? null : attempt(() => readdirSync(folder));
    if (folder === null || names === null || 'error' in names) return [];
    const stale = names.value.filter((name) => {
      const pid = pidOfSessionFile(name);
      return pid !== null && !existsSync(`/proc/${pid}`);
    });
    if (stale.length === 0) return [ok('no session has left anything behind')];
    return stale.map((name) =>
      warning(`${join(folder, name)} is of a session that has ended`, `rm ${join(folder, name)}`),
    );
  },
};
