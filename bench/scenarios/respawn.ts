/** SIGKILL to the first instruction of the process that replaces the one that was killed. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { METER, MS, PAYLOAD, startLines } from '../harness/programs.ts';
import { ONE_SIZE, type Scenario, type Subject, type Trial } from '../harness/scenario.ts';
import { INITS } from '../inits/all.ts';
import { boot, type Init, makeFolder, services } from '../inits/init.ts';

/** Milliseconds that the bare loop's process runs before it is killed. */
const SETTLE = 20;

/** `init` is null for a bare loop in the meter itself. */
async function open(init: Init | null): Promise<Trial> {
  const folder = makeFolder();
  const command = [PAYLOAD, 'pulse', join(folder, 'pulses')];
  const options = [join(folder, 'pulses'), String(init?.settle ?? SETTLE)];
  const meter = startLines([METER, 'respawn', ...options, ...(init ? [] : command)]);
  await meter.next();
  const running = init && (await boot(init, { ...services(1, command), autostart: true, respawn: true }));
  return {
    async once() {
      meter.child.stdin!.write('\n');
      return [Number(await meter.next()) / MS];
    },
    async close() {
      await meter.finish();
      await running?.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const RESPAWN: Scenario = {
  name: 'respawn',
  title: 'kill -9 of a service until the next one runs',
  sizes: ONE_SIZE,
  repeats: { quick: 10, usual: 20, long: 60 },
  warmUp: 50,
  metrics: [{ name: 'time', unit: 'ms', better: 'less', goals: [{ atMost: 1.5 }] }],
  subjects: [
    { name: 'wait, vfork, exec in C', kind: 'limit', open: () => open(null) },
    ...INITS.map(
      (init): Subject => ({
        name: init.name,
        kind: init.kind,
        missing: () => init.missing(),
        open: () => open(init),
      }),
    ),
  ],
};
