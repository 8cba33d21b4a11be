// The command line of package.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Problem } from '../problem.mjs';

/** The folder for the packages and the machine, undefined where none is named, and the names of `kinds` to make. */
export function readOptions(args, kinds, architectures) {
  const usage = `usage: npm run package -- [--output DIR] [--arch ${architectures.join('|')}] [${kinds.join('|')}]...`;
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { output: { type: 'string' }, arch: { type: 'string' } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !kinds.includes(name));
    if (unknown !== undefined) throw new Problem(`Unknown package: ${unknown}`, usage);
    // Relative folders count from where the person stands, which npm hands on in INIT_CWD.
    const output = values.output && resolve(process.env.INIT_CWD ?? process.cwd(), values.output);
    const { arch } = values;
    if (arch !== undefined && !architectures.includes(arch)) throw new Problem(`Unknown machine: ${arch}`, usage);
    return { output, arch, names: positionals };
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new Problem(error.message, usage);
  }
}
