/** The source with a udevadm of its own, a script. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isRunning } from '../../../../../test/chaos/proc.ts';
import { eventually } from '../../../../../test/eventually.ts';
import { removeFolder } from '../../../../../test/remove-folder.ts';
import { monotonicUs } from '../../clock.ts';
import type { RunningSource, SourceContext } from '../../source.ts';
import { KNOWN_MS } from './catch-up.ts';
import { devices, udev } from './udev.ts';

let folder: string;
let running: RunningSource | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'udev-source-'));
  mkdirSync(join(folder, 'upstart'));
});
afterEach(async () => {
  await running?.stop();
  running = null;
  removeFolder(folder);
});

const MESSAGE = 'ACTION=add\\nDEVPATH=/devices/net/eth0\\nSUBSYSTEM=net\\n\\n';
const ADDED = 'ACTION=add\\nDEVPATH=/devices/net/eth0\\nSUBSYSTEM=net\\nUSEC_INITIALIZED=5000\\n\\n';
const HEADER = "printf 'monitor will print the received events for:\\n\\n'";
const device = (name: string, us: number): string =>
  `P: /x\\nE: DEVPATH=/devices/tty/${name}\\nE: SUBSYSTEM=tty\\nE: USEC_INITIALIZED=${us}\\n\\n`;
const TTY7 = 'tty-device-added KERNEL=tty7 DEVPATH=/devices/tty/tty7 SUBSYSTEM=tty ACTION=add';

/** Each run of udevadm notes its pid and words. The one before may be about to be executed: it stays whole. */
function udevadm(script: string): void {
  const path = join(folder, 'udevadm');
  writeFileSync(`${path}.new`, `#!/bin/sh\necho "$$ $*" >> ${folder}/runs\n${script}\n`, { mode: 0o755 });
  renameSync(`${path}.new`, path);
}

const runs = (): string[] =>
  existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').trimEnd().split('\n') : [];

interface Started {
  readonly events: string[];
  readonly logged: string[];
  /** The last trouble. */
  trouble: string | null;
  /** The timers that wait, by their delay. */
  readonly timers: Map<number, () => void>;
  /** Has the pause before the next try run out. */
  pass(): void;
}

/** `neededSinceUs`: devices that udev has known longer have no event. */
async function start({ options = {}, neededSinceUs = 1000, initId = 'a' } = {}): Promise<Started> {
  const started: Started = { events: [], logged: [], trouble: null, timers: new Map(), pass };
  function pass(): void {
    for (const [ms, call] of [...started.timers]) {
      if (ms === KNOWN_MS) continue;
      started.timers.delete(ms);
      call();
    }
  }
  const say = (text: string): void => void started.logged.push(text);
  const context: SourceContext = {
    emit: async (event: string, env: readonly string[]) => void started.events.push([event, ...env].join(' ')),
    operands: () => [],
    log: { debug: say, info: say, warn: say, error: say },
    clock: {
      nowMs: () => 0,
      upMs: () => 0,
      after: (ms: number, call: () => void) => {
        started.timers.set(ms, call);
        return () => void started.timers.delete(ms);
      },
    },
    options,
    env: { PATH: `${folder}:/usr/bin:/bin` },
    isSession: true,
    ...{ initId, neededSinceUs, runFolder: join(folder, 'upstart') },
    client: {} as SourceContext['client'],
    fail: (error: Error) => say(error.message),
    troubled: (reason) => {
      started.trouble = reason;
    },
  };
  running = await devices(join(folder, 'udevd')).start(context);
  await running.follow?.({ added: [], removed: [] });
  return started;
}

beforeEach(() => writeFileSync(join(folder, 'udevd'), ''));

it('emits events for what udevadm prints', async () => {
  udevadm(`case $1 in monitor) printf '${MESSAGE}'; exec sleep 1000 ;; esac`);
  const { events, logged } = await start();
  await eventually('the events have come', () => events.length === 1);
  expect(events).toEqual(['net-device-added KERNEL=eth0 DEVPATH=/devices/net/eth0 SUBSYSTEM=net ACTION=add']);
  await eventually('udevadm has run twice', () => runs().length === 2);
  expect(runs().map((run) => run.replace(/^\d+ /, ''))).toEqual(['monitor --udev --property', 'info --export-db']);
  const pid = Number.parseInt(runs()[0]!, 10);
  await running?.stop();
  await eventually('udevadm has ended', () => !isRunning(pid));
  expect(logged).toEqual([]);
});

it('has udevadm started again when it ends', async () => {
  udevadm(`case $1 in monitor) printf '${MESSAGE}'; exit 3 ;; esac`);
  const started = await start();
  const { events, logged } = started;
  await eventually('it is logged', () => logged.length === 1);
  started.pass();
  await eventually('it is logged', () => logged.length === 2);
  expect(events).toHaveLength(2);
  expect(logged[0]).toBe('udevadm ended with status 3; it is started again, and looks for what was added meanwhile');
  expect(started.trouble).toBe(logged[0]);
  udevadm(`case $1 in monitor) ${HEADER}; kill -KILL $$ ;; esac`);
  started.pass();
  await eventually('it is logged', () => logged.length === 3);
  expect(logged[2]).toContain('udevadm was ended by SIGKILL; ');
  rmSync(join(folder, 'udevadm'));
});

it('emits what there is with --coldplug', async () => {
  udevadm(`case $1 in info) printf '${device('tty7', 5)}' ;; *) ${HEADER}; exec sleep 1000 ;; esac`);
  const { events } = await start({ options: { coldplug: true } });
  await eventually('the events have come', () => events.length === 1);
  expect(events).toEqual([`${TTY7} USEC_INITIALIZED=5`]);
});

it('finds devices that were added before it listened, once', async () => {
  const late = device('tty7', 2000);
  const message = `ACTION=add\\n${late.replace('P: /x\\n', '')}`;
  udevadm(
    `case $1 in info) printf '${device('tty1', 999)}${late}'; touch ${folder}/found ;;
    *) ${HEADER}; until test -e ${folder}/found; do sleep 0.01; done; printf '${message}${message}'; exec sleep 1000 ;; esac`,
  );
  const { events } = await start({ neededSinceUs: 1000 });
  // The second message is not about what was found.
  await eventually('the events have come', () => events.length === 2);
  expect(events).toEqual([`${TTY7} USEC_INITIALIZED=2000`, `${TTY7} USEC_INITIALIZED=2000`]);
});

it('finds devices of which udev notes no time by its files on them', async () => {
  const untimed = (name: string, minor: number): string =>
    device(name, 0).replace('USEC_INITIALIZED=0', `MAJOR=4\\nE: MINOR=${minor}`);
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data/c4:7'), '');
  writeFileSync(join(folder, 'data/c4:1'), '');
  const longAgo = Date.now() / 1000 - 3600;
  utimesSync(join(folder, 'data/c4:1'), longAgo, longAgo);
  const all = untimed('tty1', 1) + untimed('tty2', 2) + untimed('tty7', 7);
  udevadm(`case $1 in info) printf '${all}' ;; *) ${HEADER}; exec sleep 1000 ;; esac`);
  const started = await start({ neededSinceUs: monotonicUs() - 60_000_000 });
  await eventually('it only waits to know all', () => [...started.timers.keys()].join() === String(KNOWN_MS));
  expect(started.events).toEqual([`${TTY7} MAJOR=4 MINOR=7`]);
});

it('finds after a crash what was added meanwhile', async () => {
  udevadm(`case $1 in monitor) ${HEADER}; read -r go < ${folder}/go; printf '${ADDED}'; exec sleep 1000 ;; esac`);
  execFileSync('mkfifo', [join(folder, 'go')]);
  const first = await start();
  await eventually('it only waits to know all', () => [...first.timers.keys()].join() === String(KNOWN_MS));
  first.timers.get(KNOWN_MS)?.();
  writeFileSync(join(folder, 'go'), 'go\n');
  await eventually('it is noted', () => readdirSync(join(folder, 'upstart')).length === 1);
  const [name] = readdirSync(join(folder, 'upstart'));
  const record = join(folder, 'upstart', name as string);
  const { value } = JSON.parse(readFileSync(record, 'utf8'));
  await running?.stop();
  expect(readdirSync(join(folder, 'upstart'))).toEqual([]);
  // As if it had been killed.
  for (const [initId, found] of [
    ['a', ['tty7']],
    ['b', ['tty1', 'tty7']],
  ] as const) {
    writeFileSync(record, JSON.stringify({ init: 'a', value }));
    udevadm(
      `case $1 in info) printf '${device('tty1', value - 1)}${device('tty7', value + 1)}' ;; *) ${HEADER}; exec sleep 1000 ;; esac`,
    );
    const { events } = await start({ initId });
    await eventually('the events have come', () => events.length === found.length);
    expect(events.map((event) => /KERNEL=(\S+)/.exec(event)?.[1])).toEqual(found);
    await running?.stop();
  }
});

it('waits for udevd, and says so', async () => {
  rmSync(join(folder, 'udevd'));
  udevadm(`case $1 in monitor) printf '${MESSAGE}'; exec sleep 1000 ;; esac`);
  const started = await start();
  expect(started.trouble).toBe(`udevd does not run: there is no ${join(folder, 'udevd')}`);
  started.pass();
  expect(runs()).toEqual([]);
  writeFileSync(join(folder, 'udevd'), '');
  started.pass();
  await eventually('the events have come', () => started.events.length === 1);
  expect(started.trouble).toBe(null);
});

it('runs udevadm without setpriv where that does not know the option', async () => {
  writeFileSync(join(folder, 'setpriv'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  udevadm(`case $1 in monitor) printf '${MESSAGE}'; exec sleep 1000 ;; esac`);
  const { events } = await start();
  await eventually('the events have come', () => events.length === 1);
});

it('says that there is no udevadm', () => {
  const context = { env: { PATH: folder }, options: {} } as unknown as SourceContext;
  expect(() => udev.start(context)).toThrow('no udevadm here');
});
