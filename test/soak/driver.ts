/** The command behind `node test/soak/run.mjs`. */
import { parseArgs } from 'node:util';
import { engineComplaints, soakEngine } from './engine.ts';
import { sessionComplaints, soakSession } from './session.ts';

export const USAGE = 'usage: node test/soak/run.mjs [--engine CYCLES] [--session CYCLES]';

export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { engine: { type: 'string', default: '1000000' }, session: { type: 'string', default: '20000' } },
  });
  const [engine, session] = [Number(values.engine), Number(values.session)];
  if (!Number.isInteger(engine) || !Number.isInteger(session)) {
    console.error(USAGE);
    return 2;
  }
  const onEngine = soakEngine(engine);
  console.log(JSON.stringify(onEngine));
  const onSession = await soakSession(session);
  console.log(JSON.stringify(onSession));
  const complaints = [...engineComplaints(onEngine), ...sessionComplaints(onSession)];
  for (const complaint of complaints) console.error(complaint);
  return complaints.length === 0 ? 0 : 1;
}
