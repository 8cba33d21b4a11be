/** init-checkconf: checks job files, and with the shell its scripts (reference: system §9.1). */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { adviceLines, encodeText, excerptLines, printable, type Slot } from '@upstart/common';
import { brokenFile, JobFileError, lint, parseJob } from '@upstart/job-language';
import { readJobFile } from '../conf/job-file.ts';
import { lintWorld } from './lint-world.ts';

export interface CheckOutput {
  out(text: string): void;
  err(text: string): void;
  /** Whether people read what goes to `err`: they are shown the word at fault. */
  errTerminal: boolean;
}

const USAGE = `Usage: init-checkconf [options] [-f] FILE...

Checks the syntax of job files, and of the shell scripts in them.

Options:
 -d, --debug             Tell what is being checked.
 -f, --file=FILE         The job file to check.
 -i, --initctl-path=PATH Accepted for compatibility, without effect.
 -s, --noscript          Do not check shell scripts.
 -x, --upstart-path=PATH Accepted for compatibility, without effect.
 -h, --help              Show this help.
`;

const OPTIONS = {
  debug: { type: 'boolean', short: 'd', default: false },
  file: { type: 'string', short: 'f' },
  'initctl-path': { type: 'string', short: 'i' },
  noscript: { type: 'boolean', short: 's', default: false },
  'upstart-path': { type: 'string', short: 'x' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

interface ScriptBlock {
  slot: Slot;
  /** The line of the job file in which the text starts. */
  line: number;
  text: string;
}

/** A complaint for the user; `details` follow on lines of their own. */
class CheckFailure extends Error {
  readonly details: readonly string[];

  constructor(message: string, details: readonly string[] = []) {
    super(message);
    this.details = details;
  }
}

/** Runs init-checkconf with these arguments (without the program's name); returns the exit status. */
export function checkJobFiles(args: readonly string[], output: CheckOutput): number {
  let status = 0;
  const attempt = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      output.err([`ERROR: ${error.message}`, ...error.details].map((line) => `${line}\n`).join(''));
      status = 1;
    }
  };
  attempt(() => {
    const { values, positionals } = parse(args);
    if (values.help) {
      output.out(USAGE);
      return;
    }
    const files = values.file === undefined ? positionals : [values.file, ...positionals];
    if (files.length === 0) throw new CheckFailure('Must specify configuration file');
    for (const file of files) attempt(() => checkJobFile(file, values, output));
  });
  return status;
}

function checkJobFile(
  file: string,
  { debug, noscript }: { debug: boolean; noscript: boolean },
  output: CheckOutput,
): void {
  const { text, scripts } = parseFile(file, output.errTerminal);
  for (const script of noscript ? [] : scripts) {
    if (debug) output.err(`DEBUG: ${file}:${script.line}: checking ${section(script)} section\n`);
    checkScript(file, script);
  }
  output.out(`File ${file}: syntax ok\n`);
  warn(file, text, output);
}

/** Below the line that scripts know: what is in order, but probably does not mean what it says. */
function warn(file: string, text: string, output: CheckOutput): void {
  const path = basename(file);
  for (const { rule, place, text: warning } of lint(text, { name: jobName(path), path }, lintWorld(file))) {
    output.err(`${file}:${place.line}:${place.column}: warning: ${printable(warning)} [${rule}]\n`);
    if (output.errTerminal) for (const line of excerptLines(place)) output.err(`  ${line}\n`);
  }
}

function jobName(path: string): string {
  return path.slice(0, -'.conf'.length);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CheckFailure((error as Error).message);
  }
}

/** The text and the script blocks of a file that parses. */
function parseFile(file: string, forPeople: boolean): { text: string; scripts: ScriptBlock[] } {
  if (!existsSync(encodeText(file))) throw new CheckFailure(`File ${file} does not exist`);
  if (!file.endsWith('.conf')) throw new CheckFailure('File must end in .conf');
  const scripts: ScriptBlock[] = [];
  const path = basename(file);
  try {
    const content = readJobFile(file);
    if (content === null) throw new CheckFailure(`File ${file} is not a regular file`);
    const onScript = (slot: Slot, line: number, text: string) => scripts.push({ slot, line, text });
    parseJob(content.text, { name: jobName(path), path, onScript });
    return { text: content.text, scripts };
  } catch (error) {
    if (!(error instanceof JobFileError)) throw error;
    const { line, message } = error;
    // Errors of reading carry the path as it was given, those of parsing the name alone.
    throw new CheckFailure(`File ${file}: syntax invalid:`, [
      `init:${new JobFileError(path, line, message)}`,
      ...(forPeople ? adviceLines(brokenFile(path, error)).map((advice) => `  ${advice}`) : []),
    ]);
  }
}

/** Has the shell parse a script as far below its first line as it stands in the file, so that line numbers agree. */
function checkScript(file: string, script: ScriptBlock): void {
  const input = Buffer.concat([Buffer.from('\n'.repeat(script.line - 1)), encodeText(script.text)]);
  const { error, status, stderr } = spawnSync('/bin/sh', ['-n'], { input, encoding: 'utf8' });
  if (error !== undefined) throw new CheckFailure(`Failed to run /bin/sh: ${error.message}`);
  if (status === 0) return;
  const messages = stderr.trimEnd().replace(/^\S+?: (?:line )?(\d+): /gm, `${basename(file)}:$1: `);
  throw new CheckFailure(`File ${file}: shell syntax invalid in ${section(script)} section:`, messages.split('\n'));
}

function section({ slot }: ScriptBlock): string {
  return slot === 'main' ? 'script' : slot;
}
