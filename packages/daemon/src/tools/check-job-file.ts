/** init-checkconf: checks job files, and with the shell its scripts (reference: system §9.1). */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { adviceLines, excerptLines, printable } from '@upstart/common';
import { JobFileError } from '@upstart/job-language';
import { OPTIONS, optionHelp } from './check-options.ts';
import {
  checkFile,
  type FileError,
  type FileWarning,
  fileErrors,
  fileWarnings,
  isNever,
  isUnportable,
  type OnScript,
  sectionOf,
} from './file-check.ts';

export interface CheckOutput {
  out(text: string): void;
  err(text: string): void;
  /** Whether `err` is for people: then it shows the word at fault. */
  errTerminal: boolean;
}

const USAGE = `Usage: init-checkconf [options] [-f] FILE...

Checks the syntax of job files, and of the shell scripts in them.

Options:
${optionHelp()}`;

/** Runs init-checkconf with these arguments (without the program's name); returns the exit status. */
export function checkJobFiles(args: readonly string[], output: CheckOutput): number {
  let options: ReturnType<typeof parse>;
  try {
    options = parse(args);
  } catch (error) {
    return complain((error as Error).message, [], output);
  }
  const { values, positionals } = options;
  if (values.help) {
    output.out(USAGE);
    return 0;
  }
  const files = values.file === undefined ? positionals : [values.file, ...positionals];
  if (files.length === 0) return complain('Must specify configuration file', [], output);
  const onScriptOf = (file: string): OnScript => {
    if (values.noscript) return null;
    return (script) => {
      if (values.debug) output.err(`DEBUG: ${file}:${script.line}: checking ${sectionOf(script)} section\n`);
    };
  };
  const portable = values.portable === true;
  const isBad: IsBad = (warning) => isUnportable(warning) || (values.conditions === true && isNever(warning));
  const how = { portable, isBad, forPeople: output.errTerminal || values.explain === true };
  if (!values.json) return Math.max(...files.map((file) => report(file, onScriptOf(file), how, output)));
  const checks = files.map((file) => checkFile(file, onScriptOf(file), portable));
  output.out(`${JSON.stringify(checks, null, 2)}\n`);
  return checks.some(({ errors, warnings }) => errors.length > 0 || warnings.some(isBad)) ? 1 : 0;
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

/** Whether a warning counts as an error. */
type IsBad = (warning: FileWarning) => boolean;

interface How {
  readonly portable: boolean;
  readonly isBad: IsBad;
  /** The word at fault is shown. */
  readonly forPeople: boolean;
}

/** Prints the first error of a file, or that it has none, and returns the exit status. */
function report(file: string, onScript: OnScript, { portable, isBad, forPeople }: How, output: CheckOutput): number {
  for (const error of fileErrors(file, onScript)) return complain(...errorText(file, error, forPeople), output);
  output.out(`File ${file}: syntax ok\n`);
  const warnings = fileWarnings(file, portable);
  // Warnings follow the line that scripts know. They change the status only if they were asked for.
  for (const { rule, place, message } of warnings) {
    output.err(`${file}:${place.line}:${place.column}: warning: ${printable(message)} [${rule}]\n`);
    if (forPeople) for (const line of excerptLines(place)) output.err(`  ${line}\n`);
  }
  return warnings.some(isBad) ? 1 : 0;
}

/** The name of an error, and the lines below it. */
function errorText(file: string, error: FileError, forPeople: boolean): [string, string[]] {
  const { kind, line, message, section } = error;
  if (kind === 'unchecked') return [message, []];
  if (kind === 'shell') return [`File ${file}: shell syntax invalid in ${section} section:`, message.split('\n')];
  // Errors of reading have the path as given, errors of parsing only the name.
  const logged = `init:${new JobFileError(basename(file), line, message)}`;
  const advice = forPeople ? adviceLines(error).map((text) => `  ${text}`) : [];
  return [`File ${file}: syntax invalid:`, [logged, ...advice]];
}

function complain(message: string, details: readonly string[], output: CheckOutput): number {
  output.err([`ERROR: ${message}`, ...details].map((line) => `${line}\n`).join(''));
  return 1;
}
