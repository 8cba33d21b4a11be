/** The processes of a job in a container: its command, and what runs beside it. */
import type { JobDefinition, ProcessDefinition } from '@upstart/job-language';
import type { Report } from '../report-builder.ts';

/** A command with any of these is handed to the shell (reference: job files §4.4). */
const SHELL_CHARACTERS = /[~`!$^&*()=|\\{}[\];"'<>?]/;

/** The words that init would execute. */
export function wordsOfProcess({ kind, text }: ProcessDefinition): string[] {
  if (kind === 'exec' && !SHELL_CHARACTERS.test(text)) return text.split(/[ \t\r\n]+/).filter((word) => word !== '');
  return ['/bin/sh', '-e', '-c', kind === 'exec' ? `exec ${text}` : text, '/bin/sh'];
}

/** The words of the main process, behind pre-start in the same shell; null: the job has none. */
export function mainWords(job: JobDefinition, report: Report): string[] | null {
  const { main, 'pre-start': preStart } = job.processes;
  if (main === undefined) return null;
  if (preStart === undefined) return wordsOfProcess(main);
  report.approximated(
    `${job.name}: pre-start`,
    'in the shell of the main process, before it: what it exports is there, too',
  );
  const before = preStart.kind === 'exec' ? `(exec ${preStart.text})` : `(\n${preStart.text.trimEnd()}\n)`;
  const then = main.kind === 'exec' ? `exec ${main.text}` : main.text.trimEnd();
  return ['/bin/sh', '-e', '-c', `${before}\n${then}\n`, '/bin/sh'];
}
