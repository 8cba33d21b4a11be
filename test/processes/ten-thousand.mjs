// Ten thousand jobs with logging at once: node test/processes/ten-thousand.mjs [--jobs N] [--talking]
import { runBundled } from '../bundled.mjs';

await runBundled(new URL('ten-thousand.ts', import.meta.url));
