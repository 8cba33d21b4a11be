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
    const { main, USAGE } = await import(pathToFileURL(outfile).href);
    process.exitCode = await run(main, USAGE, process.argv.slice(2));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs `main`, or prints how it is used when that is asked for or the options are none of its own. */
async function run(main, usage, args) {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  try {
    return await main(args);
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS_')) throw error;
    console.error(`${error.message}\n${usage}`);
    return 2;
  }
}
