/** The source with a udevadm of its own, a script. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RunningSource, SourceContext } from '../../source.ts';
import { udev } from './udev.ts';

let folder: string;
let running: RunningSource | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'udev-source-'));
});
afterEach(async () => {
  await running?.stop();
  running = null;
  rmSync(folder, { recursive: true });
});

const MESSAGE = 'ACTION=add\\nDEVPATH=/devices/net/eth0\\nSUBSYSTEM=net\\n\\n';
const DEVICE = 'P: /x\\nE: DEVPATH=/devices/tty/tty7\\nE: SUBSYSTEM=tty\\n\\n';

/** Each run of udevadm notes its pid and words. */
function udevadm(script: string): void {
  const path = join(folder, 'udevadm');
  writeFileSync(path, `#!/bin/sh\necho "$$ $*" >> ${folder}/runs\n${script}\n`, { mode: 0o755 });
}

const runs = (): string[] =>
  existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').trimEnd().split('\n') : [];

async function start(options = {}): Promise<{ events: string[]; logged: string[]; retry: () => void }> {
  const events: string[] = [];
  const logged: string[] = [];
  let retry = (): void => {};
  const say = (text: string): void => void logged.push(text);
  const context = {
    emit: async (event: string, env: readonly string[]) => void events.push([event, ...env].join(' ')),
    operands: () => [],
    log: { debug: say, info: say, warn: say, error: say },
    clock: {
      nowMs: () => 0,
      upMs: () => 0,
      after: (_ms: number, call: () => void) => {
        retry = call;
        return () => {};
      },
    },
    options,
    env: { PATH: `${folder}:/usr/bin:/bin` },
    isSession: false,
    client: {} as SourceContext['client'],
    fail: (error: Error) => say(error.message),
    troubled: () => {},
  };
  running = await udev.start(context);
  return { events, logged, retry: () => retry() };
}

it('emits events for what udevadm prints', async () => {
  udevadm(`printf '${MESSAGE}'; exec sleep 1000`);
  const { events, logged } = await start();
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(events).toEqual(['net-device-added KERNEL=eth0 DEVPATH=/devices/net/eth0 SUBSYSTEM=net ACTION=add']);
  expect(runs().map((run) => run.replace(/^\d+ /, ''))).toEqual(['monitor --udev --property']);
  const pid = Number.parseInt(runs()[0]!, 10);
  await running?.stop();
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow());
  expect(logged).toEqual([]);
});

it('has udevadm started again when it ends', async () => {
  udevadm(`printf '${MESSAGE}'; exit 3`);
  const { events, logged, retry } = await start();
  await vi.waitFor(() => expect(logged).toHaveLength(1));
  retry();
  await vi.waitFor(() => expect(logged).toHaveLength(2));
  expect(events).toHaveLength(2);
  expect(logged[0]).toBe('udevadm ended with status 3; messages are lost until it runs again');
  udevadm('kill -KILL $$');
  retry();
  await vi.waitFor(() => expect(logged).toHaveLength(3));
  expect(logged[2]).toBe('udevadm was ended by SIGKILL; messages are lost until it runs again');
  rmSync(join(folder, 'udevadm'));
});

it('emits what there is with --coldplug', async () => {
  udevadm(`case $1 in info) printf '${DEVICE}' ;; *) exec sleep 1000 ;; esac`);
  const { events } = await start({ coldplug: true });
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(events).toEqual(['tty-device-added KERNEL=tty7 DEVPATH=/devices/tty/tty7 SUBSYSTEM=tty ACTION=add']);
});

it('says that there is no udevadm', async () => {
  const context = { env: { PATH: folder }, options: {}, clock: { upMs: () => 0 } } as unknown as SourceContext;
  await expect(udev.start(context)).rejects.toThrow('no udevadm here');
});
