/** The first frames for a new daemon: as many as there is memory for. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { LIMITS } from './frame-table.ts';
import { compileInit } from './testing/compile.ts';
import { Init } from './testing/init.ts';

const REPORTS_MAX = 12_288;
const program = compileInit(`-DREPORTS_MAX=${REPORTS_MAX}u`);

const { FRAME_HEADER, FIELD_HEADER } = LIMITS;
const frameOf = (numbers: number) => FRAME_HEADER + numbers * (FIELD_HEADER + 8);

/** How many bytes come, up to `most`, before the connection ends. */
async function received(socket: Socket, most: number): Promise<number> {
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += chunk.length;
    if (bytes >= most) break;
  }
  return bytes;
}

test('where there are more processes than a greeting can name, the next daemon waits until there are fewer', async () => {
  const init = Init.start(program);
  const first = await init.daemon();
  const most = Math.floor((REPORTS_MAX - frameOf(3) - frameOf(0)) / frameOf(2));
  for (let id = 1; id <= most + 1; id++) {
    first.spawn(id, { argv: ['sleep', '1000'] });
    // one that sends more without acknowledging what comes of it would be replaced
    await first.report('execed', id);
  }
  const { pid } = await first.report('spawned', 1);
  process.kill(first.pid, 'SIGKILL');
  const greeting = frameOf(3) + most * frameOf(2) + frameOf(0);
  expect(await received((await init.connection()).socket, greeting)).toBe(0);
  process.kill(pid, 'SIGKILL');
  while ((await received((await init.connection()).socket, greeting)) === 0);
});
