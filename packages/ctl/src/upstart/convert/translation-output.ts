/** What `import` and `export` print and write: the files of a translation, and its report. */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeText, makeFolder, systemErrorText } from '@upstart/common';
import type { Fidelity, Translation } from '../../convert/load.ts';
import { type Call, EXIT, JSON_OPTION } from '../command.ts';

export const TRANSLATION_OPTIONS = {
  output: {
    type: 'string',
    alias: 'o',
    requiresArg: true,
    wordKind: 'folder',
    describe: 'write the files into this folder, instead of printing them',
  },
  force: { type: 'boolean', describe: 'replace files that exist' },
  strict: { type: 'boolean', describe: 'fail if anything cannot be expressed' },
  all: { type: 'boolean', describe: 'report what is exact, too' },
  ...JSON_OPTION,
} as const;

export interface TranslationOptions {
  readonly output?: string | undefined;
  readonly force?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly all?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Words of the report for people. */
const KINDS: Readonly<Record<Fidelity, string>> = {
  exact: 'exact',
  approximated: 'approximated',
  refused: 'not expressed',
};

/** Prints or writes it all; the report goes to standard error. Returns the exit status. */
export function putOut({ files, report }: Translation, call: Call<TranslationOptions>): number {
  const { options, context, print } = call;
  const count = (kind: Fidelity): number => report.filter((line) => line.kind === kind).length;
  const isLost = options.strict === true && count('refused') > 0;
  // With --strict nothing is written that would lack something.
  if (options.output !== undefined && !isLost) writeFiles(files, options.output, options.force === true);
  if (options.json === true) print.json({ files, report });
  else {
    if (options.output === undefined)
      for (const { name, text } of files) context.out(files.length === 1 ? text : `### ${name}\n${text}\n`);
    else if (!isLost) for (const { name } of files) print.line(join(options.output, name));
    for (const { place, kind, text } of report)
      if (kind !== 'exact' || options.all === true) context.err(`${place}: ${KINDS[kind]}: ${text}\n`);
    const [exact, near, lost] = [count('exact'), count('approximated'), count('refused')];
    context.err(
      `${files.length} ${files.length === 1 ? 'file' : 'files'}: ${exact} exact, ${near} approximated, ${lost} not expressed\n`,
    );
  }
  if (isLost && options.json !== true) print.failure('not everything can be expressed (--strict)');
  return isLost ? EXIT.failed : EXIT.done;
}

function writeFiles(files: Translation['files'], folder: string, mayReplace: boolean): void {
  const paths = files.map(({ name }) => join(folder, name));
  const existing = mayReplace ? undefined : paths.find((path) => existsSync(encodeText(path)));
  if (existing !== undefined) throw new Error(`${existing} exists; --force replaces it`);
  for (const [at, path] of paths.entries()) {
    try {
      makeFolder(dirname(path), 0o777);
      writeFileSync(encodeText(path), encodeText(files[at]?.text ?? ''));
    } catch (error) {
      throw new Error(`cannot write ${path}: ${systemErrorText(error)}`);
    }
  }
}
