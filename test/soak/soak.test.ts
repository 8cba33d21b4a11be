import { describe, expect, it } from 'vitest';
import { main } from './driver.ts';
import { soakEngine } from './engine.ts';
import { soakSession } from './session.ts';

const ENGINE_CYCLES = Number(process.env.UPSTART_SOAK_ENGINE ?? 20_000);
const SESSION_CYCLES = Number(process.env.UPSTART_SOAK_SESSION ?? 500);
/** KiB. The heap takes what it may before it collects: 40 MiB within the first 500 cycles, 5 in the 1000 after them. */
const DAEMON_GROWTH = 64 * 1024;
const SUPERVISOR_GROWTH = 512;
/** Descriptors that are open only for the moment, such as those of a client that is just leaving. A leak would be one a cycle. */
const IN_PASSING = 4;

describe('soak', () => {
  it(`${ENGINE_CYCLES} cycles leave nothing in the engine`, { timeout: 300_000 }, () => {
    const { before, after } = soakEngine(ENGINE_CYCLES);
    expect(after).toEqual(before);
  });

  it(`${SESSION_CYCLES} cycles leave nothing in daemon and supervisor`, { timeout: 300_000 }, async () => {
    const { before, after } = await soakSession(SESSION_CYCLES);
    expect(after.daemonDescriptors - before.daemonDescriptors).toBeLessThanOrEqual(IN_PASSING);
    expect(after.supervisorDescriptors - before.supervisorDescriptors).toBeLessThanOrEqual(IN_PASSING);
    expect(after.daemonKiB - before.daemonKiB).toBeLessThan(DAEMON_GROWTH);
    expect(after.supervisorKiB - before.supervisorKiB).toBeLessThan(SUPERVISOR_GROWTH);
  });

  it('refuses what is no number of cycles', async () => {
    expect(await main(['--engine', 'x'])).toBe(2);
  });
});
