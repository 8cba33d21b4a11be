import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BootEvents } from './boot-events.ts';
import { EmittingRunner, takeNetworkMark } from './emitting-runner.ts';
import { readFacilities } from './facilities.ts';
import { type Mount, parseMounts, readMounts } from './mounts.ts';
import { runScripts } from './run.ts';
import type { Script } from './scripts.ts';

const USUAL = readFacilities('/no/such/file');
const NAMES =
  'hostname.sh mountkernfs.sh udev mountdevsubfs.sh checkroot.sh mountall.sh mountall-bootclean.sh networking mountnfs.sh bootmisc.sh';

const scripts = (names: string): Script[] =>
  names.split(' ').map((service) => ({ service, path: `/${service}`, number: 1, action: 'start', header: null }));

/** The events at each script, as text. */
function story(names: string): string[] {
  const all = scripts(names);
  const events = new BootEvents(all, USUAL);
  const told = [events.ended(null).join(' '), ...all.map((_, at) => events.ended(at).join(' '))];
  return told
    .map((text, i) => `${i === 0 ? 'first' : all[i - 1]!.service}: ${text}`)
    .filter((text) => !text.endsWith(': '));
}

describe('the events of the boot', () => {
  it('come as the scripts end that they are about', () => {
    expect(story(NAMES)).toEqual([
      'mountdevsubfs.sh: virtual-filesystems',
      'mountall-bootclean.sh: local-filesystems all-swaps',
      'networking: static-network-up',
      'mountnfs.sh: remote-filesystems filesystem',
    ]);
  });

  it('do not wait for scripts that are not there', () => {
    expect(story('mountkernfs.sh mountall.sh bootmisc.sh')).toEqual([
      'mountkernfs.sh: virtual-filesystems',
      'mountall.sh: local-filesystems all-swaps remote-filesystems filesystem',
      'bootmisc.sh: static-network-up',
    ]);
    const all = 'virtual-filesystems local-filesystems all-swaps remote-filesystems filesystem';
    expect(story('x')).toEqual([`first: ${all}`, 'x: static-network-up']);
    expect(new BootEvents([], USUAL).ended(null).at(-1)).toBe('static-network-up');
  });

  it('keep their order when scripts do not', () => {
    expect(story('mountnfs.sh networking mountall.sh mountkernfs.sh')).toEqual([
      'mountkernfs.sh: virtual-filesystems local-filesystems all-swaps remote-filesystems filesystem static-network-up',
    ]);
  });

  it('know a script by what it provides', () => {
    const [script] = scripts('S01all');
    const header = {
      provides: ['mountall'],
      requiredStart: [],
      requiredStop: [],
      startBefore: [],
      stopAfter: [],
      interactive: false,
    };
    const events = new BootEvents([{ ...script!, header }], USUAL);
    expect(events.ended(null)).toEqual(['virtual-filesystems']);
    expect(events.ended(0)[0]).toBe('local-filesystems');
  });
});

const INFO = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /mnt/two\\040words ro,nosuid - tmpfs tmpfs rw,size=1k
no mount
`;

it('mounts are read with their blanks', () => {
  expect(parseMounts(INFO)).toEqual([
    { device: '/dev/sda1', point: '/', type: 'ext4', options: 'rw,relatime' },
    { device: 'tmpfs', point: '/mnt/two words', type: 'tmpfs', options: 'ro,nosuid' },
  ]);
  expect(readMounts('/no/such/file')).toEqual([]);
  expect(readMounts().map(({ point }) => point)).toContain('/');
});

describe('the runner', () => {
  async function emitted(takeNetwork: boolean): Promise<string[]> {
    const all = scripts('mountall.sh networking');
    const events: string[] = [];
    let mounts: Mount[] = parseMounts(INFO).slice(0, 1);
    const runner = new EmittingRunner(
      {
        run: async () => {
          mounts = parseMounts(INFO);
        },
      },
      all,
      new BootEvents(all, USUAL),
      {
        emit: async (name, env) => void events.push([name, ...env].join(' ')),
        mounts: () => mounts,
        takeNetwork: () => takeNetwork,
      },
    );
    await runner.begin();
    await runScripts(all, [[], [0]], runner);
    await runner.end();
    return events;
  }
  const FIRST = [
    'mounted DEVICE=/dev/sda1 MOUNTPOINT=/ TYPE=ext4 OPTIONS=rw,relatime',
    'virtual-filesystems',
    'mounted DEVICE=tmpfs MOUNTPOINT=/mnt/two words TYPE=tmpfs OPTIONS=ro,nosuid',
    'local-filesystems',
    'all-swaps',
    'remote-filesystems',
    'filesystem',
  ];

  it('emits mounts once, and before the event that says that all are there', async () => {
    const network = ['net-device-up IFACE=lo LOGICAL=lo ADDRFAM=inet METHOD=loopback', 'static-network-up'];
    expect(await emitted(true)).toEqual([...FIRST, ...network]);
  });

  it('leaves the network to ifupdown where its hook has emitted the events', async () => {
    expect(await emitted(false)).toEqual(FIRST);
  });
});

it('the mark of the network is made once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'network-mark-'));
  try {
    const path = join(folder, 'network/mark');
    expect([takeNetworkMark(path), existsSync(path), takeNetworkMark(path)]).toEqual([true, true, false]);
    expect(takeNetworkMark(join(path, 'below/a-file'))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
