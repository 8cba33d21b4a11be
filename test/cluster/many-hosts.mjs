// Many hosts on one server: node test/cluster/many-hosts.mjs [--hosts N] [--events N] [--idle SECONDS]
import { runBundled } from '../bundled.mjs';

await runBundled(new URL('many-hosts.ts', import.meta.url));
