/** The command behind `node test/soak/run.mjs`. */
import { parseArgs } from 'node:util';
import { soakEngine } from './engine.ts';
import { soakSession } from './session.ts';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { engine: { type: 'string', default: '1000000' }, session: { type: 'string', default: '10000' } },
  });
  const [engine, session] = [Number(values.engine), Number(values.session)];
  if (!Number.isInteger(engine) || !Number.isInteger(session)) {
    console.error('usage: node --expose-gc test/soak/run.mjs [--engine CYCLES] [--session CYCLES]');
    return 2;
  }
  console.log(JSON.stringify(soakEngine(engine)));
  console.log(JSON.stringify({ cycles: session, ...(await soakSession(session)) }));
  return 0;
}
