/** What a connection proves who it is with: files, read again for each attempt, so that new ones count without a restart. */
import { fstatSync, readFileSync } from 'node:fs';
import {
  type Authenticator,
  credsAuthenticator,
  type NodeConnectionOptions,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import { withRegularFile } from '@upstart/common';
import type { ClusterConf } from '../conf/cluster-conf.ts';

const MAX_SECRET_BYTES = 65_536;
const OTHERS_MAY_READ = 0o004;

/** The options of a connection that are about trust. Throws with the file that is missing, or that everybody may read. */
export function trustOptions({ creds, nkey, tls, servers }: ClusterConf): NodeConnectionOptions {
  const authenticator: Authenticator | null =
    creds !== null
      ? credsAuthenticator(() => readSecret(creds))
      : nkey !== null
        ? nkeyAuthenticator(() => trimmed(readSecret(nkey)))
        : null;
  // Now rather than within the handshake, where an error has no place to go.
  for (const path of [creds, nkey, tls.key]) if (path !== null) readSecret(path);
  const isTls = servers.some((url) => url.startsWith('tls:')) || tls.ca !== null || tls.cert !== null;
  return {
    ...(authenticator && { authenticator }),
    ...(isTls && {
      tls: {
        ...(tls.ca !== null && { ca: readFileSync(tls.ca, 'utf8') }),
        ...(tls.cert !== null && { cert: readFileSync(tls.cert, 'utf8') }),
        ...(tls.key !== null && { key: readFileSync(tls.key, 'utf8') }),
      },
    }),
  };
}

function readSecret(path: string): Uint8Array {
  return withRegularFile(path, (fd) => {
    const { mode, size } = fstatSync(fd);
    if ((mode & OTHERS_MAY_READ) !== 0) throw new Error(`${path}: everybody may read it; try chmod 600`);
    if (size > MAX_SECRET_BYTES) throw new Error(`${path}: larger than ${MAX_SECRET_BYTES} bytes`);
    return readFileSync(fd);
  });
}

const trimmed = (seed: Uint8Array): Uint8Array => new TextEncoder().encode(Buffer.from(seed).toString().trim());
