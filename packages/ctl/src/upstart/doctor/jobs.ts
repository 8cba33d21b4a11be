/** The files of jobs: whether they can be read and parsed, and whether what jobs wait for and run is there. */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { brokenFileText } from '@upstart/common';
import { unreachable } from '../../commands/check-config.ts';
import { attempt, type Check, type Finding, ok, type Patient, problem, warning } from './finding.ts';

export const jobs: Check = {
  name: 'jobs',
  run(patient) {
    const { init } = patient;
    if (init === null) return [];
    const found = [
      ...unreadableFolders(patient),
      ...brokenFiles(patient),
      ...waiting(patient),
      ...missingPrograms(patient),
    ];
    return found.length > 0
      ? found
      : [ok(`${init.configs.length} jobs: their files can be read, their events come, their programs are there`)];
  },
};

function unreadableFolders({ init, session }: Patient): Finding[] {
  const folders = new Set([...(init?.configs ?? []), ...(init?.broken ?? [])].map(({ path }) => dirname(path)));
  if (!session && existsSync('/etc/init')) folders.add('/etc/init');
  return [...folders].flatMap((folder) => {
    const found = attempt(() => readdirSync(folder));
    return 'error' in found ? [problem(`the folder of job files ${folder} cannot be read: ${found.error}`, null)] : [];
  });
}

const brokenFiles = ({ init }: Patient): Finding[] =>
  (init?.broken ?? []).map((file) => problem(brokenFileText(file), `upstart check ${file.path}`));

function waiting({ init, session }: Patient): Finding[] {
  return unreachable(init?.configs ?? [], session).map(({ job, lines }) =>
    warning(
      `${job} waits for what nothing emits: ${lines.map((line) => line.trim()).join('; ')}`,
      'name who emits it in `emits` of a job, or correct the condition',
    ),
  );
}

/** Scripts, which may execute what they have looked for before. */
const SCRIPT = /^[ \t]*(?:[a-z]+-[a-z]+[ \t]+)?script[ \t]*$[\s\S]*?^[ \t]*end[ \t]+script/gm;
/** A process that executes a program by an absolute path without anything that a shell would replace. */
const EXEC = /^[ \t]*(?:[a-z]+-[a-z]+[ \t]+)?exec[ \t]+(\/[\w./+-]+)(?=\s|$)/gm;
const CHROOT = /^[ \t]*chroot[ \t]/m;

/** By the text of the file: the parser of job files would be a part of every command. */
function missingPrograms({ init }: Patient): Finding[] {
  return (init?.configs ?? []).flatMap(({ job, path }) => {
    const read = attempt(() => readFileSync(path, 'utf8').replaceAll(SCRIPT, ''));
    if ('error' in read || CHROOT.test(read.value)) return [];
    const programs = [...read.value.matchAll(EXEC)].map(([, program = '']) => program);
    return programs
      .filter((program) => !isExecutable(program))
      .map((program) =>
        warning(`${job} executes ${program}, which is not there`, 'install it, or correct the job file'),
      );
  });
}

const isExecutable = (program: string): boolean => 'value' in attempt(() => accessSync(program, constants.X_OK));
