// Fuzzes for a given time: node test/fuzz/run.mjs --seconds 60 --seed 1 job-files
import { runBundled } from '../bundled.mjs';

await runBundled(new URL('driver.ts', import.meta.url));
