// An image of containers, made without an engine: Node in a layer, Upstart in another, in the layout of the Open Container Initiative.
// https://github.com/opencontainers/image-spec: image-layout.md, manifest.md, config.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../records.mjs';
import { VERSION } from '../version.mjs';
import { ARCHITECTURE, HERE, IMAGE_ARCHITECTURE } from './architecture.mjs';
import { compressed, tarOf } from './archive.mjs';
import { ofImage } from './contents.mjs';
import { stageRuntime } from './runtime.mjs';
import { sbomText, sha256 } from './sbom.mjs';
import { listing, settle, stage } from './staging.mjs';

const TYPE = {
  config: 'application/vnd.oci.image.config.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
};

const LABELS = {
  'org.opencontainers.image.title': 'upstart',
  'org.opencontainers.image.description': 'Event-based init: job files say on which events a service starts and stops',
  'org.opencontainers.image.version': VERSION,
  'org.opencontainers.image.licenses': 'MIT',
};

const CONFIG = {
  Entrypoint: ['/usr/sbin/init', '--container', '--job-output', '--no-log'],
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  WorkingDir: '/',
  Labels: LABELS,
};

/** Where the image has the list of what it consists of. */
const SBOM = 'usr/share/doc/upstart/sbom.cdx.json';

/** Returns the path of the archive, which is in `output`. `folder` is empty, and whoever made it removes it. */
export function image({ folder, output, dateS }) {
  const trees = [join(folder, 'runtime'), join(folder, 'upstart')];
  const [runtime = '', upstart = ''] = trees;
  const others = stageRuntime(runtime, dateS);
  stage(ofImage(), upstart, HERE);
  mkdirSync(dirname(join(upstart, SBOM)), { recursive: true });
  writeFileSync(join(upstart, SBOM), sbomText(dateS, others));
  settle(upstart, dateS);
  const layout = join(folder, 'layout');
  writeLayout(layout, trees, dateS);
  settle(layout, dateS);
  const path = join(output, `upstart-${VERSION}-linux-${ARCHITECTURE}.oci.tar`);
  replaceFile(path, tarOf(layout, topOf(layout), dateS));
  return path;
}

/** A layer for each of `trees`, the first one below the others. */
function writeLayout(layout, trees, dateS) {
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  /** Stores a blob under its hash, and describes it. */
  const store = (mediaType, content) => {
    const digest = sha256(content);
    writeFileSync(join(blobs, digest), content);
    return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(content) };
  };
  const created = new Date(dateS * 1000).toISOString();
  const tars = trees.map((tree) => tarOf(tree, topOf(tree), dateS));
  const layers = tars.map((tar) => store(TYPE.layer, compressed(tar)));
  const config = store(
    TYPE.config,
    JSON.stringify({
      created,
      architecture: IMAGE_ARCHITECTURE,
      os: 'linux',
      config: CONFIG,
      rootfs: { type: 'layers', diff_ids: tars.map((tar) => `sha256:${sha256(tar)}`) },
      history: ['Node and its libraries', `Upstart ${VERSION}`].map((comment) => ({ created, comment })),
    }),
  );
  const annotations = { ...LABELS, 'org.opencontainers.image.created': created };
  const manifest = store(
    TYPE.manifest,
    JSON.stringify({ schemaVersion: 2, mediaType: TYPE.manifest, config, layers, annotations }),
  );
  const named = {
    ...manifest,
    platform: { architecture: IMAGE_ARCHITECTURE, os: 'linux' },
    annotations: { 'org.opencontainers.image.ref.name': VERSION },
  };
  const index = { schemaVersion: 2, mediaType: TYPE.index, manifests: [named] };
  writeFileSync(join(layout, 'index.json'), JSON.stringify(index));
  writeFileSync(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

/** The names of what is directly in a folder. */
const topOf = (folder) => listing(folder).flatMap(({ path, entry }) => (dirname(path) === folder ? [entry.name] : []));
