// What Upstart consists of, as CycloneDX: the packages of others in its bundles, with versions, licences and hashes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../layout.mjs';
import { bundledPackages } from '../licences.mjs';
import { Problem } from '../problem.mjs';
import { replaceFile } from '../records.mjs';
import { VERSION } from '../version.mjs';

/** Returns the path of the list, which is in `output`. */
export function sbom({ output, dateS }) {
  const path = join(output, `upstart-${VERSION}.cdx.json`);
  replaceFile(path, sbomText(dateS));
  return path;
}

/** The list, dated `dateS` (seconds since 1970). `others`: components of what Upstart is packed together with. */
export function sbomText(dateS, others = []) {
  const components = [...bundled(), ...cLibrary(), ...others].map((component) => ({
    'bom-ref': component.purl ?? component.name,
    ...component,
  }));
  const refs = components.map((component) => component['bom-ref']);
  const content = {
    version: 1,
    metadata: {
      timestamp: new Date(dateS * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': 'upstart',
        name: 'upstart',
        version: VERSION,
        licenses: [{ license: { id: 'MIT' } }],
      },
    },
    components,
    dependencies: [{ ref: 'upstart', dependsOn: refs }],
  };
  const header = { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${uuidOf(content)}` };
  return `${JSON.stringify({ ...header, ...content }, null, 2)}\n`;
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

function bundled() {
  const lock = readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8');
  return bundledPackages().map(({ name, version, licence }) => ({
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [licenceOf(licence)],
    hashes: [{ alg: 'SHA-512', content: hashOf(lock, `${name}@${version}`) }],
  }));
}

/** Of the archive that the registry serves. */
function hashOf(lock, id) {
  const row = lock.split('\n').findIndex((line) => [`  ${id}:`, `  '${id}':`].includes(line));
  const [, text = ''] = /integrity: sha512-([\w+/=]+)/.exec(lock.split('\n')[row + 1] ?? '') ?? [];
  if (text === '') throw new Problem(`pnpm-lock.yaml has no hash of ${id}.`);
  return Buffer.from(text, 'base64').toString('hex');
}

/** An expression names several licences. */
const licenceOf = (text) => (/^[\w.+-]+$/.test(text) ? { license: { id: text } } : { expression: text });

/** All programs in C are linked with it statically. */
function cLibrary() {
  const { stdout } = spawnSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' });
  const [, version] = /^glibc (\S+)$/m.exec(stdout ?? '') ?? [];
  if (version === undefined) return [];
  return [{ type: 'library', name: 'glibc', version, licenses: [{ license: { id: 'LGPL-2.1-or-later' } }] }];
}

/** A name that follows from the content (RFC 9562, version 8), as two runs make the same list. */
function uuidOf(content) {
  const digits = sha256(JSON.stringify(content));
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`];
  return [...parts, digits.slice(20, 32)].join('-');
}
