// Runs the chaos suite on the built product: node test/chaos/run.mjs --seeds 200
import { runBundled } from '../bundled.mjs';

await runBundled(new URL('driver.ts', import.meta.url));
