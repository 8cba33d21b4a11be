/** Frames from clients of all kinds to a live daemon, which must keep answering others and not grow. */
import { connect } from 'node:net';
import { CLIENT_LIMITS, encodeFrame } from '../../packages/protocol/src/framing.ts';
import { PROTOCOL_VERSION } from '../../packages/protocol/src/messages.ts';
import { METHODS } from '../../packages/protocol/src/requests.ts';
import { ownMemoryOf, processorSecondsOf } from '../chaos/proc.ts';
import type { Random } from '../chaos/random.ts';
import { pause, Session } from '../chaos/session.ts';
import { eventually } from '../eventually.ts';
import { answerOrEnd } from './answer-or-end.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer, mutate } from './fuzzer.ts';

/** All methods but those that end the daemon that the fuzzer talks to. */
const HARMLESS = METHODS.filter((method) => method !== 'endSession' && method !== 'reexecute');
const VALUES = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 60,
  '',
  'job',
  '\0',
  [],
  ['A=1'],
  [[]],
  {},
  { a: { b: {} } },
  'x'.repeat(5000),
];
const FIELDS = [
  'job',
  'env',
  'instance',
  'wait',
  'name',
  'target',
  'vars',
  'replace',
  'argv',
  'cwd',
  'terminal',
  'version',
  'client',
];

/** How much the daemon may grow, in KiB: its heap is not collected at every moment. */
const GROWTH = 96 * 1024;
/** A daemon that has got half a frame waits for the other half; we do not. */
const PATIENCE = 20;
/** So many conversations may not keep the daemon busy for longer, in seconds of the processor. */
const CONVERSATIONS = 50;
const BUSY = 10;

export const controlFrames: Fuzzer = {
  name: 'control-frames',
  inputsInTest: 400,
  async run(budget, random) {
    const session = await Session.start({ jobs: { job: 'exec sleep 1000\n' } });
    try {
      const path = (session.env.UPSTART_SESSION ?? '').replace('unix:path=', '');
      const daemon = await eventually('there is a daemon', () => session.daemon());
      const before = ownMemoryOf(daemon);
      let busy = processorSecondsOf(daemon);
      const corpus = new Corpus('control-frames');
      let inputs = 0;
      for (; budget.take(); inputs++) {
        const input = random.chance(0.3) ? corpus.next(random) : conversation(random);
        await blaming(input, () => talk(path, input, random));
        if (inputs % CONVERSATIONS === 0) {
          await othersAreAnswered(session);
          const used = processorSecondsOf(daemon);
          if (used - busy > BUSY)
            throw new Error(`${CONVERSATIONS} conversations kept the daemon busy for ${used - busy} s`);
          busy = used;
        }
      }
      await othersAreAnswered(session);
      if (session.daemon() !== daemon) throw new Error(`the daemon did not survive:\n${session.said}`);
      const grown = ownMemoryOf(daemon) - before;
      if (grown > GROWTH) throw new Error(`the daemon has grown by ${grown} KiB after ${inputs} conversations`);
      return inputs;
    } finally {
      await session.kill();
    }
  },
};

/** A greeting and some requests that are nearly right, then perhaps changed. */
function conversation(random: Random): Buffer {
  const hello = encodeFrame(
    { id: 0, method: 'hello', params: { version: PROTOCOL_VERSION, client: 'fuzz' } },
    CLIENT_LIMITS,
  );
  const frames = Array.from({ length: random.below(6) }, (_, id) => {
    const params = Object.fromEntries(
      Array.from({ length: random.below(5) }, () => [random.pick(FIELDS), random.pick(VALUES)]),
    );
    const key = random.chance(0.3) ? { key: random.pick(['k', '', 'x'.repeat(300)]) } : {};
    return encodeFrame({ id: id + 1, method: random.pick(HARMLESS), params, ...key }, CLIENT_LIMITS);
  });
  const bytes = Buffer.concat(random.chance(0.8) ? [hello, ...frames] : frames);
  return random.chance(0.5) ? mutate(bytes, random) : bytes;
}

/** Sends the bytes and goes away: at once, or when the daemon has closed, said something or had its time. */
async function talk(path: string, bytes: Buffer, random: Random): Promise<void> {
  const socket = connect(path);
  socket.on('error', () => {});
  socket.write(bytes);
  if (random.chance(0.7)) socket.end();
  if (random.chance(0.5)) await Promise.race([answerOrEnd(socket), pause(PATIENCE)]);
  socket.destroy();
}

async function othersAreAnswered(session: Session): Promise<void> {
  const { status, stderr } = await session.run('initctl', 'version');
  if (status !== 0) throw new Error(`another client got status ${status}: ${stderr}`);
}
