/** The image for containers and the list of what the packages consist of. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { VERSION } from '../../scripts/version.mjs';
import { missingPrograms } from '../programs.ts';
import { ROOT } from '../session/product.ts';
import { DATE_S, folder, listed, pack, sums, TOP } from './packing.ts';

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}
interface Component {
  name: string;
  version?: string;
  purl?: string;
  hashes?: { alg: string; content: string }[];
  licenses?: unknown[];
}

const packages = join(TOP, 'packages');
const layout = folder('layout');
const CREATED = new Date(DATE_S * 1000).toISOString();
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const blob = (digest: string): Buffer => readFileSync(join(layout, 'blobs', digest.replace(':', '/')));
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const found = (extension: string): string =>
  join(packages, readdirSync(packages).find((name) => name.endsWith(extension)) as string);

beforeAll(() => {
  expect(pack('022', ['--output', packages, 'image', 'sbom'])).toMatchObject({ status: 0, stderr: '' });
  execFileSync('tar', ['-xf', found('.oci.tar'), '-C', layout]);
});

test('the same bytes when they are made again', () => {
  const again = join(TOP, 'again');
  expect(pack('077', ['--output', again, 'image', 'sbom'], { TZ: 'Asia/Tokyo', LC_ALL: 'C' }).status).toBe(0);
  expect(sums(again)).toEqual(sums(packages));
});

describe('the image', () => {
  test('every blob has the digest and the size that its descriptor says, and there are no others', () => {
    expect(json(join(layout, 'oci-layout'))).toEqual({ imageLayoutVersion: '1.0.0' });
    const { manifests } = json(join(layout, 'index.json')) as { manifests: Descriptor[] };
    const [manifest] = manifests as [Descriptor];
    const { config, layers } = JSON.parse(blob(manifest.digest).toString()) as {
      config: Descriptor;
      layers: Descriptor[];
    };
    const all = [manifest, config, ...layers];
    for (const { digest, size } of all) {
      const bytes = blob(digest);
      expect([digestOf(bytes), bytes.length]).toEqual([digest, size]);
    }
    expect(readdirSync(join(layout, 'blobs/sha256')).sort()).toEqual(all.map(({ digest }) => digest.slice(7)).sort());
    const { rootfs, config: settings, created } = JSON.parse(blob(config.digest).toString());
    expect(rootfs.diff_ids).toEqual(layers.map(({ digest }) => digestOf(gunzipSync(blob(digest)))));
    expect(settings.Entrypoint).toEqual(['/usr/sbin/init', '--container', '--job-output', '--no-log']);
    expect(settings.Labels['org.opencontainers.image.version']).toBe(VERSION);
    expect(created).toBe(CREATED);
  });

  test('its layers hold what root owns, of one date', () => {
    const rows = layerBytes().flatMap((bytes) => listed(bytes));
    expect(new Set(rows.map(({ owner }) => owner))).toEqual(new Set(['0/0']));
    expect(new Set(rows.map(({ dateS }) => dateS))).toEqual(new Set([DATE_S]));
    expect(rows.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['usr/bin/node', 'usr/sbin/init -> upstart', 'usr/share/doc/upstart/sbom.cdx.json']),
    );
    expect(rows.find(({ path }) => path === 'tmp/')?.mode).toBe('drwxrwxrwt');
  });

  test.skipIf(missingPrograms(['skopeo']).length > 0)('skopeo reads it (skipped without skopeo)', () => {
    for (const name of [`oci:${layout}:${VERSION}`, `oci-archive:${found('.oci.tar')}`]) {
      const { stdout, stderr } = spawnSync('skopeo', ['inspect', name], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(JSON.parse(stdout)).toMatchObject({ Os: 'linux', Created: CREATED.replace('.000', '') });
    }
    const copy = `oci:${join(TOP, 'copy')}:a`;
    expect(spawnSync('skopeo', ['--insecure-policy', 'copy', '-q', `oci:${layout}:${VERSION}`, copy]).status).toBe(0);
  });

  test.skipIf(process.getuid?.() !== 0 || missingPrograms(['unshare']).length > 0)(
    'unpacked, its entry point runs a job with nothing but what is in it (skipped without root)',
    () => {
      const root = folder('root');
      for (const input of layerBytes()) execFileSync('tar', ['-xpf', '-', '-C', root], { input });
      // There is no shell, so the line has no characters for one.
      writeFileSync(join(root, 'etc/init/main.conf'), 'start on startup\nexec /usr/bin/node /main.js\n');
      writeFileSync(join(root, 'main.js'), "console.log('up', process.version); process.exitCode = 7;");
      const entry = '/usr/sbin/init --container --job-output --no-log --exit-with=main';
      const line = `mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" ${entry}`;
      const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--net', '--fork', '--kill-child'];
      const { status, stdout } = spawnSync('unshare', [...namespaces, 'sh', '-c', line, root], {
        encoding: 'utf8',
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      });
      expect(stdout).toContain(`main: up ${process.version}\n`);
      expect(status).toBe(7);
    },
  );
});

describe('the list of parts', () => {
  test('has the licence of each package in the bundles, and the hash that the lock file has', () => {
    const { bomFormat, components, dependencies } = json(found('.cdx.json')) as {
      bomFormat: string;
      components: Component[];
      dependencies: { dependsOn: string[] }[];
    };
    expect(bomFormat).toBe('CycloneDX');
    const packed = components.filter(({ purl }) => purl?.startsWith('pkg:npm/'));
    const texts = readFileSync(join(ROOT, 'dist/lib/upstart/THIRD-PARTY-LICENCES'), 'utf8');
    const named = texts.split(`\n${'-'.repeat(72)}\n\n`).map((text) => text.slice(0, text.indexOf('\n')));
    expect(packed.map(({ name, version }) => `${name} ${version}`)).toEqual(named);
    const lock = readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8');
    for (const { hashes = [], licenses } of packed) {
      expect(lock).toContain(`sha512-${Buffer.from(hashes[0]?.content ?? '', 'hex').toString('base64')}`);
      expect(licenses).toHaveLength(1);
    }
    expect(dependencies[0]?.dependsOn).toHaveLength(components.length);
  });

  test('that of the image has Node and its libraries, too', () => {
    const text = layerBytes()
      .map(
        (input) =>
          spawnSync('tar', ['-xOf', '-', 'usr/share/doc/upstart/sbom.cdx.json'], { input, encoding: 'utf8' }).stdout,
      )
      .join('');
    const { components } = JSON.parse(text) as { components: Component[] };
    const node = components.find(({ name }) => name === 'node');
    expect(node?.version).toBe(process.versions.node);
    expect(`sha256:${node?.hashes?.[0]?.content}`).toBe(digestOf(readFileSync(process.execPath)));
  });
});

function layerBytes(): Buffer[] {
  const { manifests } = json(join(layout, 'index.json')) as { manifests: Descriptor[] };
  const { layers } = JSON.parse(blob(manifests[0]?.digest ?? '').toString()) as { layers: Descriptor[] };
  return layers.map(({ digest }) => gunzipSync(blob(digest)));
}
