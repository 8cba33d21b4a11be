// Runs a command that is written in TypeScript: bundles it, imports it and calls its `main` with the arguments.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** CommonJS packages inside the bundle expect `require`. */
const BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

export async function runBundled(entry) {
  // What is bundled finds the checkout by this: its own place is another one.
  process.env.UPSTART_CHECKOUT = ROOT;
  const folder = mkdtempSync(join(tmpdir(), 'bundled-'));
  const outfile = join(folder, 'command.mjs');
  try {
    await build({
      entryPoints: [fileURLToPath(entry)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      banner: { js: BANNER },
    });
    const { main } = await import(pathToFileURL(outfile).href);
    process.exitCode = await main(process.argv.slice(2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
