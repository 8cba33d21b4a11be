/** The errors and warnings of a job file, as data: init-checkconf prints them as text or as JSON. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type BrokenFile, encodeText, type FilePlace, type Slot } from '@upstart/common';
import { brokenFile, JobFileError, lint, NEVER_RULES, PORTABLE_RULE, parseJob } from '@upstart/job-language';
import { readJobFile } from '../conf/job-file.ts';
import { lintWorld } from './lint-world.ts';

export interface FileCheck {
  /** The path as given. */
  readonly path: string;
  readonly errors: readonly FileError[];
  /** Warnings: valid text that probably does not do what its author means. Only of a file without errors. */
  readonly warnings: readonly FileWarning[];
}

/** An error, with the fields of a broken file; null where they do not apply. */
export interface FileError extends Required<Pick<BrokenFile, 'line' | 'message' | 'place' | 'expected' | 'meant'>> {
  /** `unchecked`: the check itself failed, for example because the file does not exist. */
  readonly kind: 'syntax' | 'shell' | 'unchecked';
  /** The process whose script the shell rejects; null: another kind of error. */
  readonly section: string | null;
}

export interface FileWarning {
  readonly rule: string;
  readonly message: string;
  readonly place: FilePlace;
}

export interface ScriptBlock {
  slot: Slot;
  /** The line of the job file in which the text starts. */
  line: number;
  text: string;
}

/** `onScript`: called before the shell reads a script; null: scripts are not checked. */
export type OnScript = ((script: ScriptBlock) => void) | null;

const NO_PLACE = { line: null, place: null, expected: null, meant: null, section: null } as const;

/** Checks a whole file. Never throws because of its content. */
export function checkFile(path: string, onScript: OnScript, portable = false): FileCheck {
  const errors = [...fileErrors(path, onScript)];
  return { path, errors, warnings: errors.length > 0 ? [] : fileWarnings(path, portable) };
}

/** Whether a file has stanzas that the original does not know. Only for a file that was checked for that. */
export function isUnportable({ rule }: FileWarning): boolean {
  return rule === PORTABLE_RULE.name;
}

/** Whether a condition of the file can never come true. */
export function isNever({ rule }: FileWarning): boolean {
  return NEVER_RULES.includes(rule);
}

/** The errors of a file, found one by one: a caller that only wants the first one does not check the rest. */
export function* fileErrors(path: string, onScript: OnScript): Generator<FileError> {
  if (!existsSync(encodeText(path))) {
    yield unchecked(`File ${path} does not exist`);
    return;
  }
  if (!path.endsWith('.conf')) {
    yield unchecked('File must end in .conf');
    return;
  }
  const scripts: ScriptBlock[] = [];
  const syntax = syntaxError(path, scripts);
  if (syntax !== null) yield syntax;
  else if (onScript !== null) yield* shellErrors(path, scripts, onScript);
}

/** The warnings about a file that parses; `portable` adds those about stanzas that the original does not know. */
export function fileWarnings(path: string, portable = false): FileWarning[] {
  const text = readJobFile(path)?.text ?? '';
  const found = lint(text, { name: jobName(path), path: basename(path), portable }, lintWorld(path));
  return found.map(({ rule, place, text: message }) => ({ rule, message, place }));
}

/** Parses the file and collects its scripts. */
function syntaxError(path: string, scripts: ScriptBlock[]): FileError | null {
  try {
    const content = readJobFile(path);
    if (content === null) return unchecked(`File ${path} is not a regular file`);
    const onScript = (slot: Slot, line: number, text: string) => scripts.push({ slot, line, text });
    parseJob(content.text, { name: jobName(path), path: basename(path), onScript });
    return null;
  } catch (error) {
    if (!(error instanceof JobFileError)) throw error;
    const { line, message, place = null, expected = null, meant = null } = brokenFile(jobName(path), error);
    return { kind: 'syntax', line, message, place, expected, meant, section: null };
  }
}

function* shellErrors(path: string, scripts: readonly ScriptBlock[], onScript: NonNullable<OnScript>) {
  for (const script of scripts) {
    onScript(script);
    const error = shellError(path, script);
    if (error !== null) yield error;
  }
}

/** Checks the syntax of a script with the shell, after as many empty lines as stand before it in the file, so that line numbers agree. */
function shellError(path: string, script: ScriptBlock): FileError | null {
  const input = Buffer.concat([Buffer.from('\n'.repeat(script.line - 1)), encodeText(script.text)]);
  const { error, status, stderr } = spawnSync('/bin/sh', ['-n'], { input, encoding: 'utf8' });
  if (error !== undefined) return unchecked(`Failed to run /bin/sh: ${error.message}`);
  if (status === 0) return null;
  const message = stderr.trimEnd().replace(/^\S+?: (?:line )?(\d+): /gm, `${basename(path)}:$1: `);
  const line = /^.*?:(\d+): /.exec(message)?.[1];
  return {
    ...{ ...NO_PLACE, kind: 'shell', message, section: sectionOf(script) },
    line: line === undefined ? null : Number(line),
  };
}

function unchecked(message: string): FileError {
  return { ...NO_PLACE, kind: 'unchecked', message };
}

/** The process of the script, as the job file names it. */
export function sectionOf({ slot }: ScriptBlock): string {
  return slot === 'main' ? 'script' : slot;
}

function jobName(path: string): string {
  return basename(path).slice(0, -'.conf'.length);
}
