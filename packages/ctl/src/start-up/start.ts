/**
 * `ctl.cjs`, which the launcher starts: the commands as V8 compiled them when the build ran them (scripts/compiled.mjs), in which Node finds
 * next to nothing to parse or compile, else `ctl.js`. What was compiled is for one build of Node, which V8 checks, and for the programs
 * beside it.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** That of this file, by the build. */
declare const BUILT_VERSION: string;
declare const require: NodeJS.Require;

interface Whole {
  runProgram(): Promise<void>;
}

interface Header {
  readonly version: string;
  /** The programs that the source has been made of, and their sizes in bytes. */
  readonly programs: Readonly<Record<string, number>>;
  /** The name in stacks, which is that of the source map. */
  readonly script: string;
  readonly sourceBytes: number;
  /** Of the source and what was compiled: V8 looks at neither. */
  readonly checksum: number;
}

const NEWLINE = 10;

/** null: there is none for this Node and these programs. */
function compiledProgram(lib: string): Whole | null {
  try {
    const bytes = readFileSync(join(lib, 'ctl.compiled'));
    const begin = bytes.indexOf(NEWLINE) + 1;
    const { version, programs, script, sourceBytes, checksum } = JSON.parse(
      bytes.toString('latin1', 0, begin),
    ) as Header;
    const isOfThese = Object.entries(programs).every(([name, size]) => statSync(join(lib, name)).size === size);
    if (version !== BUILT_VERSION || !isOfThese || crc32(bytes.subarray(begin)) !== checksum) return null;
    const source = bytes.toString('latin1', begin, begin + sourceBytes);
    const cachedData = bytes.subarray(begin + sourceBytes);
    const compiled = new Script(source, { filename: join(lib, script), cachedData });
    if (compiled.cachedDataRejected !== false) return null;
    const module = { exports: {} };
    compiled.runInThisContext()(module.exports, require, module);
    return module.exports as Whole;
  } catch {
    return null;
  }
}

const lib = dirname(process.argv[1] as string);
const program = compiledProgram(lib);
const PLAIN: string = './ctl.js';
void (program === null ? import(PLAIN) : program.runProgram());
