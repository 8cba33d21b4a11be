// One style for private members: `#name`, which nothing outside of the class can read. No `private`, and no leading underscore.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.mjs';
import { sourceFiles } from './source-files.mjs';

/** The test of this check. */
const EXEMPT = 'test/scripts/private-members.test.ts';
const CODE = /\.(?:ts|mjs)$/;
/** A modifier before a member. A constructor cannot have a `#` name. */
const MODIFIER =
  /^\s*(?:(?:static|readonly|async|override|abstract)\s+)*(private|protected|public)\s+(?!constructor\b)[\w*#[]/;
/** A parameter that becomes a member. */
const PARAMETER = /\bconstructor\s*\([^)]*\b(private|protected|public)\s/;
const UNDERSCORE = /\bthis\.(_\w+)/;

/** Complains of each private member in another style. Returns whether there is none. */
export function arePrivateMembersInOrder() {
  const complaints = sourceFiles()
    .filter((path) => CODE.test(path) && path !== EXEMPT)
    .flatMap((path) => complaintsAboutMembers(path, readFileSync(join(ROOT, path), 'utf8')));
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0;
}

/** `FILE:LINE: …` for each one in `text`. */
export function complaintsAboutMembers(path, text) {
  return text.split('\n').flatMap((line, index) => {
    const found = MODIFIER.exec(line) ?? PARAMETER.exec(line) ?? UNDERSCORE.exec(line);
    return found
      ? [`${path}:${index + 1}: \`${found[1]}\`: private members are \`#name\`, others have no modifier`]
      : [];
  });
}
