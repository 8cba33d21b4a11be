// The third-party packages in the bundles, and their licences, which have to be distributed with them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIB, ROOT } from './layout.mjs';
import { allInputs, replaceFile } from './records.mjs';

const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/**
 * In the order of their folders. `licence` is an expression of SPDX.
 * @returns {{ folder: string, name: string, version: string, licence: string }[]}
 */
export function bundledPackages() {
  const folders = new Set(allInputs().flatMap((path) => PACKAGE.exec(path)?.[1] ?? []));
  return [...folders].sort().map((path) => {
    const folder = join(ROOT, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { folder, name, version, licence: license };
  });
}

export function writeLicences() {
  const texts = bundledPackages().map(({ folder, name, version }) => {
    const licence = readdirSync(folder).find((file) => /^licen[sc]e/i.test(file));
    const text = licence ? readFileSync(join(folder, licence), 'utf8').trim() : 'See its package.json.';
    return `${name} ${version}\n\n${text}\n`;
  });
  replaceFile(join(LIB, 'THIRD-PARTY-LICENCES'), texts.join(`\n${'-'.repeat(72)}\n\n`));
}
