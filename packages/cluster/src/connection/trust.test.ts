/** Credentials and certificates, with real servers: what is good connects, and what is not has a line that says why. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/eventually.ts';
import { parseClusterConf } from '../conf/read-conf.ts';
import { hasNatsServer, NatsServers } from '../testing/nats-servers.ts';
import { Authority, type Certificate, Operator } from '../testing/trust.ts';
import { ClusterConnection } from './connection.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trust-'));
  ends.push(() => rmSync(folder, { recursive: true }));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function servers(extra: string): Promise<NatsServers> {
  const started = await NatsServers.start(1, extra);
  ends.push(() => started.remove());
  return started;
}

/** Of a server with this certificate; with `authority` it wants a certificate of hosts, too. */
const tls = ({ cert, key }: Certificate, authority?: Authority): string =>
  `tls { cert_file: "${cert}", key_file: "${key}"${authority ? `, ca_file: "${authority.cert}", verify: true` : ''} }`;

/** Enough for a slow machine to say what is wrong. */
const PATIENCE_MS = 120_000;

function connection(url: string, more: string, attemptMs = PATIENCE_MS) {
  const said: string[] = [];
  const log = { info: () => {}, warn: (text: string) => void said.push(text) };
  const conf = parseClusterConf('cluster.conf', `servers ${url}\nhost web1\n${more}`, 'me');
  const made = new ClusterConnection(conf, log, 'test', attemptMs);
  ends.push(() => made.close());
  return {
    made,
    /** Works with JetStream, too. */
    works: async () => await jetstreamManager(await made.nats()),
    /** What the log says first, and why there is no contact. */
    complaint: async () => {
      await eventually('a complaint', () => said.length > 0);
      expect(made.isConnected).toBe(false);
      expect(said[0]).toContain(made.reason);
      return made.reason;
    },
  };
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasNatsServer || !hasOpenssl)('TLS', () => {
  it('connects to a server whose authority is known, and shows a certificate of its own', async () => {
    const authority = new Authority(folder, 'authority');
    const { urls } = await servers(tls(authority.issue('server'), authority));
    const own = authority.issue('web1');
    const all = `tls-ca ${authority.cert}\ntls-cert ${own.cert}\ntls-key ${own.key}`;
    await connection(urls[0]!, all).works();
    await connection(urls[0]!.replace('nats:', 'tls:'), all).works();
    // The server says nothing.
    expect(await connection(urls[0]!, `tls-ca ${authority.cert}`, 5000).complaint()).toBe(
      'timeout; the servers may want a certificate of this host: tls-cert and tls-key',
    );
  });

  it('says which certificate is wrong', async () => {
    const [authority, other] = [new Authority(folder, 'authority'), new Authority(folder, 'other')];
    const { urls } = await servers(tls(authority.issue('server')));
    expect(await connection(urls[0]!, `tls-ca ${other.cert}`).complaint()).toBe(
      'unable to verify the first certificate',
    );
    expect(await connection(urls[0]!.replace('nats:', 'tls:'), '').complaint()).toBe(
      'unable to verify the first certificate',
    );
    expect(await connection(urls[0]!.replace('127.0.0.1', 'localhost'), `tls-ca ${authority.cert}`).complaint()).toBe(
      "Hostname/IP does not match certificate's altnames: Host: localhost. is not cert's CN: server",
    );
    const expired = await servers(tls(authority.issue('expired', -1)));
    expect(await connection(expired.urls[0]!, `tls-ca ${authority.cert}`).complaint()).toBe('certificate has expired');
    const plain = await servers('');
    expect(await connection(plain.urls[0]!, `tls-ca ${authority.cert}`).complaint()).toBe(
      "server does not support 'tls'",
    );
    expect(await connection(plain.urls[0]!, `tls-ca ${folder}/missing`).complaint()).toBe(
      `${folder}/missing: No such file or directory`,
    );
  });
});

describe.skipIf(!hasNatsServer)('the seed of an NKey', () => {
  it('that is none is named with its file', async () => {
    const { urls } = await servers('');
    const file = join(folder, 'web1.nk');
    writeFileSync(file, 'SUAxyz', { mode: 0o600 });
    expect(await connection(urls[0]!, `nkey ${file}`).complaint()).toBe(
      `${file}: expected the seed of an NKey, as \`nk -gen user\` makes it`,
    );
  });
});

describe.skipIf(!hasNatsServer)('credentials of an operator', () => {
  it('are taken from a creds file, and refused when another operator has made them', async () => {
    const operator = new Operator();
    const { urls } = await servers(operator.conf);
    const file = (text: string): string => {
      const path = join(folder, 'host.creds');
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    await connection(urls[0]!, `creds ${file(operator.creds('web1'))}`).works();
    expect(await connection(urls[0]!, `creds ${file(new Operator().creds('web1'))}`).complaint()).toBe(
      'Authorization Violation',
    );
    expect(await connection(urls[0]!, `creds ${file('nothing')}`).complaint()).toContain(
      '.creds: expected a creds file of NATS, with a JWT and the seed of an NKey',
    );
    expect(await connection(urls[0]!, '').complaint()).toBe('Authorization Violation');
  });
});
