// The texts of a release, from those before it.
import { Problem } from '../problem.mjs';

const UNRELEASED = /^## (\S+) \(unreleased\)\n/m;
const NUMBERS = /^(\d+)\.(\d+)\.(\d+)$/;
/** Scripts of administrators test that the second number is above 7. */
const LEAST_MINOR = 8;

/**
 * Returns the new texts by file, the tag and the messages. `date`: as 2026-11-29. Throws a Problem for a version that is none or goes back,
 * and for a change log without an entry.
 */
export function releaseOf({ version, date, packageText, changelog }) {
  const { version: present } = JSON.parse(packageText);
  const numbers = numbersOf(version);
  if (numbers.length === 0) throw new Problem(`Not a version: ${version}`, 'Expected three numbers, such as 3.8.0');
  if (isBefore(numbers, numbersOf(present)))
    throw new Problem(`The version ${version} is older than ${present}, that of package.json`);
  if ((numbers[1] ?? 0) < LEAST_MINOR) throw new Problem(`The second number of ${version} is below ${LEAST_MINOR}`);
  const [heading, unreleased] = UNRELEASED.exec(changelog) ?? [];
  if (heading === undefined) throw new Problem('CHANGELOG.md has no entry that is unreleased');
  if (unreleased !== present)
    throw new Problem(`CHANGELOG.md has an entry for ${unreleased}, package.json has ${present}`);
  const entry = changelog
    .slice(changelog.indexOf(heading) + heading.length)
    .split(/^## /m)[0]
    .trim();
  if (!/^- /m.test(entry)) throw new Problem('The entry of CHANGELOG.md is empty');
  const subject = `Release ${version}`;
  return {
    tag: `v${version}`,
    subject,
    message: `${subject}\n\n${entry}\n`,
    texts: {
      'package.json': packageText.replace(`"version": "${present}"`, `"version": "${version}"`),
      'CHANGELOG.md': changelog.replace(heading, `## ${version} (${date})\n`),
    },
  };
}

/** Empty for a text that is no version. */
const numbersOf = (version) => NUMBERS.exec(version)?.slice(1).map(Number) ?? [];

function isBefore(a, b) {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && a[at] < b[at];
}
