// What an image needs besides Upstart: Node, the shared libraries that Node is linked with, and the folders that programs expect.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isStatic } from './elf.mjs';
import { sha256 } from './sbom.mjs';
import { settle } from './staging.mjs';

const NODE = '/usr/bin/node';
const FOLDERS = [
  ...['dev', 'etc/init', 'proc', 'root', 'run/upstart', 'sys', 'tmp'],
  ...['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'var/log/upstart'],
];
const LINKED = ['bin', 'sbin', 'lib', 'lib64'];
const FILES = {
  'etc/passwd': 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
};

/** Fills the folder `tree`, and returns the components for the list of what an image consists of. */
export function stageRuntime(tree, dateS) {
  for (const path of FOLDERS) mkdirSync(join(tree, path), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(tree, path), text);
  const libraries = librariesOf(process.execPath);
  const rows = [[process.execPath, NODE], ...libraries.map((path) => [path, belowUsr(path)])];
  for (const [from = '', to = ''] of rows) {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    copyFileSync(from, join(tree, to));
    chmodSync(join(tree, to), 0o755);
  }
  for (const name of LINKED) symlinkSync(`usr/${name}`, join(tree, name));
  settle(tree, dateS);
  chmodSync(join(tree, 'tmp'), 0o1777);
  return rows.map(([from = '', to = '']) => component(from, to));
}

/** /lib and /lib64 are links to folders of /usr in an image. */
const belowUsr = (path) => (path.startsWith('/usr/') ? path : `/usr${path}`);

/** With the loader. */
function librariesOf(program) {
  if (isStatic(readFileSync(program))) return [];
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...(stdout ?? '').matchAll(/^\t(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}

function component(from, to) {
  const hashes = [{ alg: 'SHA-256', content: sha256(readFileSync(from)) }];
  if (to !== NODE) return { type: 'file', name: to, hashes };
  const version = process.versions.node;
  const licenses = [{ license: { id: 'MIT' } }];
  return { type: 'platform', name: basename(NODE), version, purl: `pkg:generic/node@${version}`, licenses, hashes };
}
