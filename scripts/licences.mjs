// The licences of the third-party packages in the bundles, which have to be distributed with them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIB, ROOT } from './layout.mjs';
import { allInputs, replaceFile } from './records.mjs';

const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;

export function writeLicences() {
  const folders = new Set(allInputs().flatMap((path) => PACKAGE.exec(path)?.[1] ?? []));
  const texts = [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const licence = readdirSync(join(ROOT, folder)).find((file) => /^licen[sc]e/i.test(file));
    const text = licence ? readFileSync(join(ROOT, folder, licence), 'utf8').trim() : 'See its package.json.';
    return `${name} ${version}\n\n${text}\n`;
  });
  replaceFile(join(LIB, 'THIRD-PARTY-LICENCES'), texts.join(`\n${'-'.repeat(72)}\n\n`));
}
