/** What a cluster may be trusted by, made for a test: authorities and certificates of TLS by openssl, and the JWTs of NATS. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });

/** An authority with its files in `folder`. */
export class Authority {
  readonly cert: string;
  readonly #key: string;
  readonly #folder: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.cert = join(folder, `${name}.pem`);
    this.#key = join(folder, `${name}.key`);
    openssl('req', '-x509', ...KEY, '-days', '2', '-subj', `/CN=${name}`, '-keyout', this.#key, '-out', this.cert);
  }

  /** A certificate for 127.0.0.1 that is valid for so many days from now; a negative number: it was so long ago. */
  issue(name: string, days = 2): Certificate {
    const of = (kind: string): string => join(this.#folder, `${name}.${kind}`);
    writeFileSync(of('ext'), 'subjectAltName = IP:127.0.0.1\n');
    openssl('req', ...KEY, '-subj', `/CN=${name}`, '-keyout', of('key'), '-out', of('csr'));
    const by = ['-CA', this.cert, '-CAkey', this.#key, '-CAcreateserial', '-extfile', of('ext')];
    openssl('x509', '-req', '-in', of('csr'), ...by, '-days', String(days), '-out', of('pem'));
    return { cert: of('pem'), key: of('key') };
  }
}

type KeyPair = ReturnType<typeof nkeys.createUser>;

const base64 = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url');

function jwt(issuer: KeyPair, subject: KeyPair, name: string, nats: object): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { jti: name, iat, iss: issuer.getPublicKey(), name, sub: subject.getPublicKey(), nats };
  const text = `${base64('{"typ":"JWT","alg":"ed25519-nkey"}')}.${base64(JSON.stringify(claims))}`;
  return `${text}.${base64(issuer.sign(new TextEncoder().encode(text)))}`;
}

const ALL = -1;
const LIMITS = {
  ...{ subs: ALL, data: ALL, payload: ALL, imports: ALL, exports: ALL, wildcards: true, conn: ALL, leaf: ALL },
  ...{ mem_storage: ALL, disk_storage: ALL, streams: ALL, consumer: ALL },
};

/** An operator with one account, whose users have creds files. */
export class Operator {
  readonly #operator = nkeys.createOperator();
  readonly #account = nkeys.createAccount();
  /** Servers with JetStream want an account of their own. */
  readonly #system = nkeys.createAccount();

  /** Lines of the configuration of servers that trust it. */
  get conf(): string {
    const operator = jwt(this.#operator, this.#operator, 'operator', { type: 'operator', version: 2 });
    const preload = [this.#account, this.#system].map((account) => {
      const claims = { type: 'account', version: 2, limits: account === this.#account ? LIMITS : {} };
      return `${account.getPublicKey()}: ${jwt(this.#operator, account, 'account', claims)}`;
    });
    return [
      `operator: ${operator}`,
      `system_account: ${this.#system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: { ${preload.join('\n')} }`,
    ].join('\n');
  }

  /** The text of the creds file of a new user. */
  creds(name: string): string {
    const user = nkeys.createUser();
    const token = jwt(this.#account, user, name, { type: 'user', version: 2, subs: ALL, data: ALL, payload: ALL });
    const seed = new TextDecoder().decode(user.getSeed());
    const part = (kind: string, text: string): string => `-----BEGIN ${kind}-----\n${text}\n------END ${kind}------\n`;
    return `${part('NATS USER JWT', token)}\n${part('USER NKEY SEED', seed)}`;
  }
}
