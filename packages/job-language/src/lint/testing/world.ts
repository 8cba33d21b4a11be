import { lint } from '../lint.ts';
import type { KnownJob, LintWorld } from '../rule.ts';

const job = (more: Partial<KnownJob> = {}): KnownJob => ({
  emits: [],
  hasInstances: false,
  restartedBy: [],
  commands: [],
  ...more,
});

export const WORLD: LintWorld = {
  hasUser: (name) => (name === 'unsure' ? null : name === 'web'),
  hasGroup: (name) => name === 'web',
  isFolder: (path) => path === '/srv',
  isExecutable: (path) => (path === '/data' ? false : path === '/bin/app' ? true : null),
  hasClusterConf: () => true,
  highestLimit: (resource) => (resource === 'nofile' ? 1000n : null),
  jobs: new Map([
    ['db', job()],
    ['peer', job({ restartedBy: ['db', 'job'] })],
    ['tty', job({ hasInstances: true })],
    ['net', job({ emits: ['net-*', 'wire-up'], commands: ['initctl emit -n quiet-event'] })],
  ]),
};

/** The rules that have something to say, with the line and the word at which they say it. */
export function warned(text: string, world = WORLD): string[] {
  return lint(text, { name: 'job', path: 'job.conf' }, world).map(
    ({ rule, place: { line, text: shown, mark, length } }) =>
      `${line} ${rule} ${shown.slice(mark, mark + length)}`.trimEnd(),
  );
}
