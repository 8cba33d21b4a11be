/** upstart-log-shipper, as a process that init starts: bundled as `log-shipper.js`. Sends the output of jobs to targets of logs. */
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { endReadably, exactArguments, nameProcess, prefixed, standardStreams } from '@upstart/common';
import { connect, controlSocket, KeyedClient } from '@upstart/protocol';
import { senderMaker } from './senders/make-sender.ts';
import { Shipper, startOf } from './shipper.ts';

const NAME = 'upstart-log-shipper';

const [script = '', ...words] = exactArguments();
endReadably(`${NAME} ends by an error`);
nameProcess(NAME);
const warn = (text: string): void => standardStreams.err(`${prefixed(NAME, text)}\n`);
process.exit(await run());

/** Until init asks it to end, or has ended. Resolves with the exit status. */
async function run(): Promise<number> {
  const signalled = new Promise<null>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(null));
  });
  try {
    const path = controlSocket(words.includes('--user') ? 'user' : 'system', process.env);
    const connection = await connect({ path, client: NAME, endsWithInit: true });
    const shipper = new Shipper({
      client: new KeyedClient(connection, randomUUID()),
      makeSender: senderMaker(join(dirname(script), 'unix-datagram')),
      initStartMs: startOf(connection.hello.pid),
      isManaged: words.includes('--managed'),
      warn,
    });
    const ended = new Promise<null>((resolve, reject) => {
      shipper.begin(() => resolve(null)).catch(reject);
    });
    await Promise.race([ended, shipper.dismissed, signalled]);
    await shipper.end();
    return 0;
  } catch (error) {
    warn((error as Error).message);
    return 1;
  }
}
