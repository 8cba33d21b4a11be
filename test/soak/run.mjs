// Starts and stops jobs over and over: node test/soak/run.mjs [--engine 1000000] [--session 20000]
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runBundled } from '../bundled.mjs';

// The heap is looked at once it has been collected.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc');
await runBundled(new URL('driver.ts', import.meta.url));
