// The date of the sources, which every file of a package gets: the clock must not change a package.
import { spawnSync } from 'node:child_process';
import { ROOT } from '../layout.mjs';
import { Problem } from '../problem.mjs';

/** Seconds since 1970: SOURCE_DATE_EPOCH, or when the last commit was made. */
export function sourceDateS(given = process.env.SOURCE_DATE_EPOCH) {
  const text = given || lastCommit();
  if (/^\d+$/.test(text)) return Number(text);
  throw new Problem(
    given ? `SOURCE_DATE_EPOCH is not a number of seconds: ${given}` : 'The date of the sources is unknown.',
    'Outside of a checkout of git, set SOURCE_DATE_EPOCH to the seconds since 1970 that files of the packages get.',
  );
}

const lastCommit = () =>
  spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
