/** What a connection proves who it is with: files, read again for each attempt, so that new ones count without a restart. */
import { fstatSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  type Authenticator,
  credsAuthenticator,
  type NodeConnectionOptions,
  nkeyAuthenticator,
  nkeys,
} from '@nats-io/transport-node';
import { systemErrorText, withRegularFile } from '@upstart/common';
import type { ClusterConf } from '../conf/cluster-conf.ts';

const MAX_SECRET_BYTES = 65_536;
const OTHERS_MAY_READ = 0o004;

/** The options of a connection that are about trust. Throws with the file that cannot be read, or that everybody may read. */
export function trustOptions(conf: ClusterConf): NodeConnectionOptions {
  const { creds, nkey, tls, servers } = conf;
  const authenticator: Authenticator | null =
    creds !== null
      ? credsAuthenticator(() => readSecret(creds))
      : nkey !== null
        ? nkeyAuthenticator(() => trimmed(readSecret(nkey)))
        : null;
  // Now rather than within the handshake, where an error has no place to go, and does not name the file.
  if (creds !== null) checkCreds(creds);
  if (nkey !== null) checkSeed(nkey);
  // The transport hands all of it to Node.
  const tlsOptions = {
    checkServerIdentity: identityOf(servers),
    ...(tls.ca !== null && { ca: readCertificate(tls.ca) }),
    ...(tls.cert !== null && { cert: readCertificate(tls.cert) }),
    ...(tls.key !== null && { key: readKey(tls.key) }),
  };
  return { ...(authenticator && { authenticator }), ...(hasTls(conf) && { tls: tlsOptions }) };
}

const hasTls = ({ servers, tls }: ClusterConf): boolean =>
  servers.some((url) => url.startsWith('tls:')) || tls.ca !== null || tls.cert !== null;

/** A server that wants a certificate says nothing to a host without one: it ends the connection after the handshake. */
export function explained(reason: string, conf: ClusterConf): string {
  if (reason !== 'timeout' || !hasTls(conf) || conf.tls.cert !== null) return reason;
  return `${reason}; the servers may want a certificate of this host: tls-cert and tls-key`;
}

function checkCreds(path: string): void {
  const text = Buffer.from(readSecret(path)).toString();
  if (!/BEGIN NATS USER JWT.*BEGIN USER NKEY SEED/s.test(text))
    throw new Error(`${path}: expected a creds file of NATS, with a JWT and the seed of an NKey`);
}

function checkSeed(path: string): void {
  const seed = trimmed(readSecret(path));
  try {
    nkeys.fromSeed(seed);
  } catch {
    throw new Error(`${path}: expected the seed of an NKey, as \`nk -gen user\` makes it`);
  }
}

function readSecret(path: string): Uint8Array {
  return readWhole(path, (fd) => {
    const { mode, size } = fstatSync(fd);
    if (size > MAX_SECRET_BYTES) throw new Error(`larger than ${MAX_SECRET_BYTES} bytes`);
    // Before its mode: of a folder it is the wrong thing to change.
    const bytes = readFileSync(fd);
    if ((mode & OTHERS_MAY_READ) !== 0) throw new Error('everybody may read it; try chmod 600');
    return bytes;
  });
}

/** Node would take any text for no certificates, or name the fault and not the file. */
function readCertificate(path: string): string {
  const text = readWhole(path, (fd) => readFileSync(fd, 'utf8'));
  if (/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(text)) return text;
  throw new Error(`${path}: expected certificates in PEM: -----BEGIN CERTIFICATE-----`);
}

function readKey(path: string): string {
  const text = Buffer.from(readSecret(path)).toString();
  if (/-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/.test(text)) return text;
  throw new Error(`${path}: expected a private key in PEM without a passphrase: -----BEGIN PRIVATE KEY-----`);
}

/** Errors name the file. */
function readWhole<T>(path: string, read: (fd: number) => T): T {
  try {
    return withRegularFile(path, read);
  } catch (error) {
    throw new Error(`${path}: ${systemErrorText(error)}`);
  }
}

const trimmed = (seed: Uint8Array): Uint8Array => new TextEncoder().encode(Buffer.from(seed).toString().trim());

/** As Node calls a server without a name. */
const NAMELESS = 'localhost';

/**
 * The client passes no name of a server that is given by its address, and Node would want a certificate for `localhost`: there, one for any of
 * these addresses is right.
 */
function identityOf(servers: readonly string[]): typeof checkServerIdentity {
  const names = servers.map((url) => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));
  const addresses = names.filter((name) => isIP(name) !== 0);
  return (name: string, certificate: PeerCertificate) => {
    if (name !== NAMELESS || names.includes(NAMELESS)) return checkServerIdentity(name, certificate);
    const faults = addresses.map((address) => checkServerIdentity(address, certificate));
    return faults.includes(undefined) ? undefined : faults[0];
  };
}
