// Starts and stops jobs over and over: node --expose-gc test/soak/run.mjs --engine 1000000 --session 10000
import { runBundled } from '../bundled.mjs';

await runBundled(new URL('driver.ts', import.meta.url));
