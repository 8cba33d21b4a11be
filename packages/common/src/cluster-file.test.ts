import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersFleet, clusterConfPath, isClusterEvent } from './cluster-file.ts';

describe('cluster.conf', () => {
  let path: string;
  beforeAll(() => {
    path = join(mkdtempSync(join(tmpdir(), 'cluster-file-')), 'cluster.conf');
  });
  afterAll(() => rmSync(join(path, '..'), { recursive: true, force: true }));

  it('is in /etc for the system, beside upstart.conf for a session', () => {
    expect(clusterConfPath({}, false)).toBe('/etc/upstart/cluster.conf');
    expect(clusterConfPath({ HOME: '/home/me' }, true)).toBe('/home/me/.config/upstart-cluster.conf');
    expect(clusterConfPath({ UPSTART_CLUSTER_CONF: '/x' }, true)).toBe('/x');
  });

  it('has its host answer to others where it says so', () => {
    const answers = (text: string | null): boolean => {
      if (text === null) rmSync(path, { force: true });
      else writeFileSync(path, text);
      return answersFleet({ UPSTART_CLUSTER_CONF: path }, false);
    };
    expect(
      [null, '', 'servers a', 'fleet off', '# fleet read', 'fleet read', 'a b\n fleet\tcontrol # x'].map(answers),
    ).toEqual([...[false, false, false, false, false, true, true]]);
  });
});

describe('names of events that cross machines', () => {
  it.each(['deploy', 'db.backup', 'net-up_2', 'a'.repeat(128)])('may be %s', (name) => {
    expect(isClusterEvent(name)).toBe(true);
  });

  it.each(['', '.a', 'a.', 'a..b', ':sys:a', 'a b', 'a*', 'a>', 'ä', 'a'.repeat(129)])('may not be %j', (name) => {
    expect(isClusterEvent(name)).toBe(false);
  });
});
