// The command line of package.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../problem.mjs';

/** The folder for the packages, undefined where none is named, and which of `kinds` to make: without a name all of them. */
export function readOptions(args, kinds) {
  const usage = `usage: npm run package -- [--output DIR] [${kinds.join('|')}]...`;
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { output: { type: 'string' } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !kinds.includes(name));
    if (unknown !== undefined) throw new Problem(`Unknown package: ${unknown}`, usage);
    // Relative folders count from where the person stands, which npm hands on in INIT_CWD.
    const output = values.output && resolve(process.env.INIT_CWD ?? process.cwd(), values.output);
    return { output, names: positionals.length > 0 ? positionals : kinds };
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new Problem(error.message, usage);
  }
}
