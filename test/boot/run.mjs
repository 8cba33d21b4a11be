// Boots a Debian with our init, and takes it down again: node test/boot/run.mjs namespaces|services|machine|package
import { runBundled } from '../bundled.mjs';

await runBundled(new URL('driver.ts', import.meta.url));
