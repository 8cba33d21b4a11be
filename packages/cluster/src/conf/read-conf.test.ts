import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterConfError } from './cluster-conf.ts';
import { parseClusterConf, readClusterConf } from './read-conf.ts';

const read = (text: string, machine = 'web1.example.org') => parseClusterConf('cluster.conf', text, machine);

function complaints(text: string, machine?: string): readonly string[] {
  try {
    read(text, machine);
  } catch (error) {
    if (error instanceof ClusterConfError) return error.complaints;
    throw error;
  }
  return [];
}

describe('the settings in cluster.conf', () => {
  it('need the servers alone', () => {
    expect(read('servers nats://a:4222')).toEqual({
      ...{ path: 'cluster.conf', servers: ['nats://a:4222'], creds: null, nkey: null },
      ...{ tls: { ca: null, cert: null, key: null }, host: 'web1', cluster: 'main', labels: { host: 'web1' } },
      ...{ emit: ['*'], receive: ['*'], keepS: 86_400, leaseTtlMs: 15_000, replicas: null },
      fleet: 'off',
    });
  });

  it('are lines KEY VALUE, of which some add up', () => {
    const text = [
      '# ours',
      'servers a tls://b:7000\t# and',
      'servers [::1]:80 10.0.0.1',
      'host db-1',
      'cluster prod',
      'label zone=eu rack=7',
      'label kind=db.main',
      'emit deploy backup.*',
      'emit db-*',
      'receive deploy',
      'keep 2h',
      'replicas 3',
      'nkey /etc/upstart/cluster.nk',
      'tls-ca /etc/ssl/our ca.pem',
      'tls-cert /c',
      'tls-key /k',
    ].join('\n');
    expect(read(text)).toMatchObject({
      ...{ servers: ['nats://a:4222', 'tls://b:7000', 'nats://[::1]:80', 'nats://10.0.0.1:4222'] },
      ...{ host: 'db-1', cluster: 'prod', labels: { zone: 'eu', rack: '7', kind: 'db.main', host: 'db-1' } },
      ...{ emit: ['deploy', 'backup.*', 'db-*'], receive: ['deploy'], keepS: 7200, leaseTtlMs: 15_000, replicas: 3 },
      ...{ nkey: '/etc/upstart/cluster.nk', tls: { ca: '/etc/ssl/our ca.pem', cert: '/c', key: '/k' } },
    });
  });

  it('are all looked at: each mistake has its place', () => {
    const text =
      'recieve deploy\nserver nats://a\n--host web\nkeep 5s\nhost\nlabel zone\nlabel host=me\nnkey key.nk\nkeep 1d\nkeep 2d';
    expect(complaints(text)).toEqual([
      'cluster.conf:1: unknown setting: recieve; did you mean `receive EVENT...`?',
      'cluster.conf:2: unknown setting: server; did you mean `servers URL...`?',
      'cluster.conf:3: unknown setting: --host; did you mean `host NAME`?',
      'cluster.conf:4: keep: expected a time from 1m to 366d: 5s',
      'cluster.conf:5: host: expected NAME behind it',
      'cluster.conf:6: label: expected NAME=VALUE, of A-Z a-z 0-9 _ - and in the value dots: zone',
      'cluster.conf:7: label: every host has the label host: its name',
      'cluster.conf:8: nkey: expected a path that begins with /: key.nk',
      'cluster.conf:9: keep: stands in line 4 already',
      'cluster.conf:10: keep: stands in line 4 already',
    ]);
  });

  it.each([
    ['SERVERS a', ['cluster.conf:1: unknown setting: SERVERS; did you mean `servers URL...`?']],
    ['host a', ['cluster.conf: expected a line `servers nats://HOST:PORT`']],
    ['servers a\ncreds /a\nnkey /b', ['cluster.conf: creds and nkey exclude each other']],
    ['servers a\ntls-cert /a', ['cluster.conf: tls-cert and tls-key belong together']],
    ['servers http://a', ['cluster.conf:1: servers: expected nats://HOST:PORT or tls://HOST:PORT: http://a']],
    ['servers nats://me:secret@a', ['cluster.conf:1: servers: no password belongs here: use creds or nkey']],
    ['servers a/b', ['cluster.conf:1: servers: expected nats://HOST:PORT or tls://HOST:PORT: a/b']],
    ['servers a:0', ['cluster.conf:1: servers: expected nats://HOST:PORT or tls://HOST:PORT: a:0']],
    ['servers a\nlabel z=eu k=a\nlabel z=us', ['cluster.conf:3: label: z has the value eu already']],
    ['servers a\nreplicas 9', ['cluster.conf:2: replicas: expected 1, 3 or 5: 9']],
    ['servers a\nlease 4s', ['cluster.conf:2: lease: expected a time from 5s to 1h: 4s']],
    ['servers a\nlease 2h', ['cluster.conf:2: lease: expected a time from 5s to 1h: 2h']],
    ['servers a\nfleet all', ['cluster.conf:2: fleet: expected off, read, control: all']],
    ['servers a\nreplicas 2', ['cluster.conf:2: replicas: expected 1, 3 or 5: 2']],
    ['servers a\nemit a>b', ['cluster.conf:2: emit: expected the name of an event, in which * is any text: a>b']],
    ['servers a\ncluster a.b', ['cluster.conf:2: cluster: expected at most 63 of the characters A-Z a-z 0-9 _ -: a.b']],
  ])('reject %j', (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  it('need a name where that of the machine is none', () => {
    expect(complaints('servers a', 'büro')).toEqual([
      'cluster.conf: the name of this machine is no name of a host, büro: expected a line `host NAME`',
    ]);
    expect(read('servers a\nhost office', 'büro').host).toBe('office');
  });

  it('are bounded', () => {
    const lines = (count: number, line: (index: number) => string): string =>
      Array.from({ length: count }, (_, index) => line(index)).join('\n');
    expect(read(lines(16, (n) => `servers h${n}`)).servers).toHaveLength(16);
    expect(complaints(lines(17, (n) => `servers h${n}`))).toEqual(['cluster.conf:17: servers: more than 16 servers']);
    expect(Object.keys(read(`servers a\n${lines(32, (n) => `label l${n}=v`)}`).labels)).toHaveLength(33);
    expect(complaints(`servers a\n${lines(33, (n) => `label l${n}=v`)}`)).toEqual([
      'cluster.conf:34: label: more than 32 labels',
    ]);
    expect(complaints(`servers a\n${lines(65, (n) => `emit e${n}`)}`)).toEqual([
      'cluster.conf:66: emit: more than 64 events',
    ]);
  });

  it('end in an error with a place, or in settings, whatever the text is', () => {
    const key = fc.constantFrom('servers', 'host', 'label', 'emit', 'keep', 'replicas', 'creds', 'tls-key', 'x');
    const line = fc.tuple(key, fc.string()).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(line), (all) => {
        for (const text of complaints(all.join('\n'))) expect(text).toMatch(/^cluster\.conf(?::\d+)?: ./);
      }),
    );
  });
});

describe('the file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cluster-conf-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read, and missed', () => {
    const path = join(folder, 'cluster.conf');
    const env = { UPSTART_CLUSTER_CONF: path };
    const missing = (): unknown => readClusterConf(env, false);
    expect(missing).toThrow(`there is no ${path}: this host is in no cluster`);
    expect(() => readClusterConf({ UPSTART_CLUSTER_CONF: folder }, false)).toThrow(`${folder}: Is a directory`);
    writeFileSync(path, 'servers a\nhost h');
    expect(readClusterConf(env, false)).toMatchObject({ path, host: 'h' });
  });
});
