/** The files of jobs: whether they can be read and parsed, and whether what jobs wait for and run is there. */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { brokenFileText } from '@upstart/common';
import { parseJob } from '@upstart/job-language';
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

/** Programs that a process of a job executes directly, by an absolute path. */
function missingPrograms({ init }: Patient): Finding[] {
  return (init?.configs ?? []).flatMap(({ job, path }) => {
    const parsed = attempt(() => parseJob(readFileSync(path, 'utf8'), { name: job, path }));
    if ('error' in parsed) return [];
    const { chroot, processes } = parsed.value;
    if (chroot !== null) return [];
    return Object.values(processes).flatMap((process) => {
      const program = process?.kind === 'exec' ? /^[\w./+-]+/.exec(process.text)?.[0] : undefined;
      if (program === undefined || !isAbsolute(program) || isExecutable(program)) return [];
      return [warning(`${job} executes ${program}, which is not there`, 'install it, or correct the job file')];
    });
  });
}

const isExecutable = (program: string): boolean => 'value' in attempt(() => accessSync(program, constants.X_OK));
