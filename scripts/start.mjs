// A session init on the example jobs that runs until Ctrl-C, and shows what its jobs do.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { BIN } from './layout.mjs';
import { Session } from './session.mjs';

export async function run(args) {
  await build();
  const session = await Session.start(args);
  const asked = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(signal));
  });
  console.log(`init (process ${session.init.pid}) runs the jobs of examples/jobs. To talk to it from another terminal:

  export UPSTART_SESSION=${session.env.UPSTART_SESSION}
  export PATH=${BIN}:$PATH

then for example: initctl list; start database; initctl emit upload FILE=cat.png; stop web
Logs: ${session.logs}
Ctrl-C stops every job and ends. What the jobs do:
`);
  session.showWhatInitSays();
  const watch = spawn(join(BIN, 'initctl'), ['watch'], { env: session.env, stdio: ['ignore', 'inherit', 'inherit'] });
  const reason = await Promise.race([asked, session.wait()]);
  watch.kill();
  if (typeof reason === 'string') {
    console.log('\nstopping every job');
    const { code, signal } = await session.end();
    if (code === 0) return 0;
    console.error(`init ended with ${signal ?? `status ${code}`}`);
    return 1;
  }
  await session.end();
  console.error(`init ended by itself with ${reason.signal ?? `status ${reason.code}`}`);
  return reason.code === 0 ? 0 : 1;
}
