/** What is wrong with files of trust names the file, and why. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseClusterConf } from '../conf/read-conf.ts';
import { trustOptions } from './credentials.ts';

describe('files of trust', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'));
    mkdirSync(join(folder, 'dir'));
    writeFileSync(join(folder, 'open'), 'SU…', { mode: 0o644 });
    writeFileSync(join(folder, 'large'), 'x'.repeat(65_537), { mode: 0o600 });
    writeFileSync(join(folder, 'locked'), '-----BEGIN ENCRYPTED PRIVATE KEY-----\n', { mode: 0o600 });
    writeFileSync(join(folder, 'whole'), '-----BEGIN CERTIFICATE-----\n', { mode: 0o600 });
    writeFileSync(join(folder, 'rubbish'), 'x', { mode: 0o600 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['creds', 'none', 'No such file or directory'],
    ['creds', 'dir', 'Is a directory'],
    ['creds', 'rubbish', 'expected a creds file of NATS'],
    ['nkey', 'open', 'everybody may read it; try chmod 600'],
    ['nkey', 'large', 'larger than 65536 bytes'],
    ['nkey', 'rubbish', 'expected the seed of an NKey'],
    ['tls-ca', 'none', 'No such file or directory'],
    ['tls-ca', 'dir', 'Is a directory'],
    ['tls-ca', 'rubbish', 'expected certificates in PEM'],
    ['tls-key', 'rubbish', 'expected a private key in PEM'],
    ['tls-key', 'locked', 'expected a private key in PEM without a passphrase'],
    ['tls-cert', 'rubbish', 'expected certificates in PEM'],
  ])('%s %s: %s', (key, name, text) => {
    const path = join(folder, name);
    const other = key === 'tls-key' ? 'tls-cert' : key === 'tls-cert' ? 'tls-key' : '#';
    const lines = `${key} ${path}\n${other} ${join(folder, 'whole')}`;
    const conf = parseClusterConf('cluster.conf', `servers a\nhost b\n${lines}`, 'me');
    expect(() => trustOptions(conf)).toThrow(`${path}: ${text}`);
  });
});
