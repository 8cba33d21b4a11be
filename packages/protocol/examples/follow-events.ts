/**
 * Follows what an init daemon does, like `initctl watch`: an example of the client.
 *
 *     npx esbuild packages/protocol/examples/follow-events.ts --bundle --platform=node | node - [JOB]
 *
 * It talks to the session's daemon if UPSTART_SESSION is set, else to that of the system.
 */
import { ConnectionError, connect, UpstartError } from '@upstart/protocol';

const [job] = process.argv.slice(2);

async function main(): Promise<void> {
  const client = await connect({ client: 'follow-events' });
  console.log(`connected to ${client.hello.daemon}, pid ${client.hello.pid}`);

  if (job !== undefined) {
    // Rejects with an UpstartError if there is no such job.
    const { instances } = await client.call('status', { job, env: [] });
    console.log(`${job} has ${instances.length} instance(s)`);
  }

  await client.watch(
    (notification) => {
      if (job === undefined || !('job' in notification) || notification.job === job) console.log(notification);
    },
    // A restart of the daemon is no end: the client connects anew by itself.
    (reason) => console.log(reason === null ? 'closed' : `over: ${reason.message}`),
  );
}

main().catch((error: unknown) => {
  if (!(error instanceof UpstartError) && !(error instanceof ConnectionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
