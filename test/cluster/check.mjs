// A cluster in namespaces under faults, and a judge: node test/cluster/check.mjs [--seed N] [--minutes M] [--hosts N] [--events N]
import { runBundled } from '../bundled.mjs';

await runBundled(new URL('check/driver.ts', import.meta.url));
