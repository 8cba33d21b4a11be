import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFacilities, readFacilities, servicesOf } from './facilities.ts';
import { parseLsbHeader } from './lsb-header.ts';
import { dependencies } from './order.ts';
import { runScripts } from './run.ts';
import { type Action, type Script, scriptsOf } from './scripts.ts';

const HEADER = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          web www
# Required-Start:    $network $remote_fs
# Should-Start:      db
# X-Start-Before:    proxy
# X-Interactive:     true
# Default-Start:     2 3 4 5
### END INIT INFO
# Required-Start:    not part of it
`;

describe('headers', () => {
  it('are read', () => {
    expect(parseLsbHeader(HEADER)).toEqual({
      provides: ['web', 'www'],
      requiredStart: ['$network', '$remote_fs', 'db'],
      requiredStop: [],
      startBefore: ['proxy'],
      stopAfter: [],
      interactive: true,
    });
  });
  it.each(['', '#!/bin/sh\n', '### BEGIN INIT INFO\n# Provides: x\n'])('%j has none', (text) => {
    expect(parseLsbHeader(text)).toBeNull();
  });
});

describe('facilities', () => {
  const facilities = parseFacilities(
    '# comment\n$net +networking ifupdown # more\n$remote $net nfs\n$loop $loop x\nno line\n',
  );
  it.each([
    ['web', ['web']],
    ['$net', ['$net', 'networking', 'ifupdown']],
    ['$remote', ['$remote', '$net', 'networking', 'ifupdown', 'nfs']],
    ['$loop', ['$loop', 'x']],
    ['$unknown', ['$unknown']],
  ])('%s', (name, services) => {
    expect(servicesOf(name, facilities)).toEqual(services);
  });
  it('have usual meanings where there is no configuration', () => {
    expect(servicesOf('$remote_fs', readFacilities('/no/such/file'))).toContain('mountall');
  });
});

function script(number: number, service: string, requires: string[] | null, action: Action = 'start'): Script {
  const lists = { provides: [service], requiredStart: requires ?? [], requiredStop: requires ?? [] };
  const header = requires && { ...lists, startBefore: [], stopAfter: [], interactive: false };
  return { service, path: `/${service}`, number, action, header };
}

describe('order', () => {
  const facilities = parseFacilities('$net +networking\n');
  const namesOf = (scripts: Script[]) =>
    dependencies(scripts, facilities).map((before) => before.map((at) => scripts[at]?.service));

  it('by what they need, where they say that', () => {
    const scripts = [
      script(1, 'networking', []),
      script(2, 'db', []),
      script(2, 'web', ['$net', 'db']),
      script(3, 'x', ['none']),
    ];
    expect(namesOf(scripts)).toEqual([[], [], ['networking', 'db'], []]);
  });
  it('by their numbers, where one of two says nothing', () => {
    const scripts = [script(1, 'a', []), script(2, 'old', null), script(3, 'b', [])];
    expect(namesOf(scripts)).toEqual([[], ['a'], ['old']]);
  });
  it('$all is behind everything before it, and nothing waits for what comes later', () => {
    const scripts = [script(1, 'a', ['z']), script(2, 'z', []), script(9, 'last', ['$all'])];
    expect(namesOf(scripts)).toEqual([[], [], ['a', 'z']]);
  });
  it('what others need is stopped after them', () => {
    const scripts = [script(1, 'web', ['db'], 'stop'), script(1, 'x', [], 'stop'), script(2, 'db', [], 'stop')];
    expect(namesOf(scripts)).toEqual([[], [], ['web']]);
  });
});

describe('running', () => {
  it('each as soon as what it needs has ended, and not more than so many at once', async () => {
    const scripts = ['a', 'b', 'c', 'd', 'e'].map((name) => script(1, name, []));
    const began: string[] = [];
    let running = 0;
    let most = 0;
    const run = async ({ service }: Script): Promise<void> => {
      began.push(service);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    await runScripts(scripts, [[], [0], [], [1, 2], []], { run }, 2);
    expect(began).toEqual(['a', 'b', 'c', 'd', 'e'].sort((x, y) => began.indexOf(x) - began.indexOf(y)));
    expect(began.indexOf('b')).toBeGreaterThan(began.indexOf('a'));
    expect(began.indexOf('d')).toBeGreaterThan(Math.max(began.indexOf('b'), began.indexOf('c')));
    expect([began.length, most]).toEqual([5, 2]);
  });
  it('of nothing ends at once', async () => {
    await runScripts([], [], { run: () => Promise.reject(new Error('nothing to run')) });
  });
});

describe('the scripts of a level', () => {
  let etc: string;
  beforeEach(() => {
    etc = mkdtempSync(join(tmpdir(), 'rc-'));
    for (const folder of ['init', 'init.d', 'rc0.d', 'rc2.d', 'rc3.d']) mkdirSync(join(etc, folder));
  });
  afterEach(() => rmSync(etc, { recursive: true }));
  const link = (...names: string[]): void => {
    for (const name of names) writeFileSync(join(etc, name), '#!/bin/sh\n');
  };
  const run = (level: string, previous: string): string[] => {
    const { stop, start } = scriptsOf(level, previous, { etc, jobs: join(etc, 'init') });
    return [...stop, ...start].map(({ service, action }) => `${service} ${action}`);
  };

  it('K before S, by their numbers', () => {
    link('rc2.d/S20b', 'rc2.d/S10c', 'rc2.d/K90a', 'rc2.d/K05z', 'rc2.d/README', 'rc2.d/S20b.dpkg-old', 'rc2.d/S1x');
    expect(run('2', 'N')).toEqual(['z stop', 'a stop', 'c start', 'b start']);
  });
  it('what runs is not started, what does not run is not stopped', () => {
    link('rc2.d/S20web', 'rc2.d/K20off', 'rc3.d/S20web', 'rc3.d/K20off', 'rc3.d/S30new', 'rc3.d/K40other');
    expect(run('3', '2')).toEqual(['other stop', 'new start']);
    link('rc3.d/K20web');
    expect(run('3', '2')).toEqual(['web stop', 'other stop', 'web start', 'new start']);
  });
  it('on the way down everything is stopped', () => {
    link('rc2.d/S20web', 'rc0.d/K01web', 'rc0.d/S90halt');
    expect(run('0', '2')).toEqual(['web stop', 'halt stop']);
  });
  it('services that have a job are left to it', () => {
    link('rc2.d/S10cron', 'rc2.d/S20other', 'init/cron.conf', 'init.d/upstart-job');
    symlinkSync('../init.d/upstart-job', join(etc, 'rc2.d/S30shim'));
    expect(run('2', 'N')).toEqual(['other start']);
    expect(run('5', 'N')).toEqual([]);
  });
});
