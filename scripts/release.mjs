// Makes a release: dates its entry of CHANGELOG.md, commits that, and tags the commit. Pushing and publishing are left to the maintainer.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './layout.mjs';
import { Problem } from './problem.mjs';
import { releaseOf } from './release/release-of.mjs';
import { VERSION } from './version.mjs';

const USAGE = 'usage: npm run release -- [VERSION] [--dry-run]';

/** `args`: the version, unless it is that of package.json, and `--dry-run`, which changes nothing. */
export function run(args) {
  const { version, isDry } = readOptions(args);
  const read = (name) => readFileSync(join(ROOT, name), 'utf8');
  const date = new Date().toISOString().slice(0, 10);
  const release = releaseOf({ version, date, packageText: read('package.json'), changelog: read('CHANGELOG.md') });
  const problems = [
    ...(git('status', '--porcelain') === '' ? [] : ['There are changes that are not committed.']),
    ...(git('tag', '--list', release.tag) === '' ? [] : [`The tag ${release.tag} exists.`]),
  ];
  if (problems.length > 0 && !isDry) throw new Problem(problems.join('\n'), 'Nothing was changed.');
  for (const problem of problems) console.error(`${problem} A release would stop here.`);
  /** @type {[text: string, act: () => void][]} */
  const steps = [
    [`write ${version} to package.json, and ${date} to CHANGELOG.md`, () => write(release.texts)],
    [`commit "${release.subject}"`, () => git('commit', '--all', '--message', release.subject)],
    [`tag it ${release.tag}`, () => git('tag', '--annotate', release.tag, '--message', release.message)],
  ];
  for (const [text, act] of steps) {
    console.log(`${isDry ? 'would ' : ''}${text}`);
    if (!isDry) act();
  }
  console.log(isDry ? `\n${release.message}` : `\nTo publish it: npm run package, then git push --follow-tags`);
  return 0;
}

function readOptions(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { 'dry-run': { type: 'boolean' } },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Problem(`Unexpected word: ${positionals[1]}`, USAGE);
    return { version: positionals[0] ?? VERSION, isDry: values['dry-run'] ?? false };
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new Problem(error.message, USAGE);
  }
}

function write(texts) {
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(ROOT, name), text);
}

/** Returns the output of git. Throws a Problem if it fails. */
function git(...words) {
  const { status, stdout, stderr, error } = spawnSync('git', words, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Problem(`git ${words[0]} failed: ${(error?.message ?? stderr).trim()}`);
  return stdout.trim();
}
