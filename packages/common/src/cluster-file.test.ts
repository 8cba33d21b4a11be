import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersFleet, clusterConfPath } from './cluster-file.ts';

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
