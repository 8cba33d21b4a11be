import { describe, expect, it } from 'vitest';
import { main } from './driver.ts';
import { engineComplaints, soakEngine } from './engine.ts';
import { sessionComplaints, soakSession } from './session.ts';

const ENGINE_CYCLES = Number(process.env.UPSTART_SOAK_ENGINE ?? 20_000);
const SESSION_CYCLES = Number(process.env.UPSTART_SOAK_SESSION ?? 500);
describe('soak', () => {
  it(`${ENGINE_CYCLES} cycles leave nothing in the engine`, () => {
    const soak = soakEngine(ENGINE_CYCLES);
    expect(soak.events).toBeGreaterThan(10 * ENGINE_CYCLES);
    expect(engineComplaints(soak)).toEqual([]);
  });

  it(`${SESSION_CYCLES} cycles leave nothing in daemon and supervisor`, async () => {
    expect(sessionComplaints(await soakSession(SESSION_CYCLES))).toEqual([]);
  });

  it('refuses what is no number of cycles', async () => {
    expect(await main(['--engine', 'x'])).toBe(2);
  });
});
