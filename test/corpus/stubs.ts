/**
 * Real job files with stubs for their programs, which are not there: each hook and main process that a file has is one. They succeed, fail, hang or
 * are missing, and note in a ledger what they do: how jobs fared follows from that alone, without asking init.
 */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Product } from '../session/product.ts';

type Hook = 'pre-start' | 'post-start' | 'pre-stop' | 'post-stop';
type Slot = Hook | 'main';
const HOOKS: readonly Hook[] = ['pre-start', 'post-start', 'pre-stop', 'post-stop'];

/** A status, a signal, or `hang`; `absent`: there is no such program. */
type Outcome = '3' | '4' | '5' | 'SEGV' | 'hang' | 'absent';

/** What goes wrong with a job, in turn. */
const FATES: readonly { readonly slot: Slot; readonly outcome: Outcome | null }[] = [
  { slot: 'main', outcome: null },
  { slot: 'main', outcome: '3' },
  { slot: 'pre-start', outcome: '4' },
  { slot: 'main', outcome: 'absent' },
  { slot: 'pre-start', outcome: 'hang' },
  { slot: 'main', outcome: 'SEGV' },
  { slot: 'main', outcome: null },
  { slot: 'pre-start', outcome: 'absent' },
  { slot: 'post-stop', outcome: '5' },
];

/** Arguments: the ledger, the slot, how it ends, and what it does if it does not: `done`, `fork`, `daemon`, `stop` or `stay`. */
const PROGRAM = `#!/bin/sh
note() { echo "$UPSTART_JOB $UPSTART_INSTANCE|$slot|$1" >> "$ledger"; }
ledger=$1 slot=$2 outcome=$3 form=$4
note begins
case $outcome in
  hang) exec sleep 100000 ;;
  SEGV) note bad; kill -s SEGV $$ ;;
  [0-9]*) note bad; exit "$outcome" ;;
esac
case $form in
  done) note good ;;
  fork) sleep 100000 & ;;
  daemon) (sleep 100000 &) ;;
  stop) kill -s STOP $$; exec sleep 100000 ;;
  *) exec sleep 100000 ;;
esac
`;

/** The most respawns of a job that does not flap. */
const CALM = 4;

/** Settings that a process cannot have here: its user or folder is missing, or the kernel denies it. */
const DENIED = /^[ \t]*(?:oom|nice|limit|chroot|chdir|setuid|setgid|cgroup|apparmor|console)\b.*$/gm;

interface Fate {
  readonly slot: Slot;
  readonly outcome: Outcome | null;
  readonly respawns: boolean;
}

export class Stubs {
  readonly #program: string;
  readonly #ledger: string;
  readonly #fates = new Map<string, Fate>();

  constructor(product: Product) {
    const folder = product.place('stubs', { program: PROGRAM, ledger: '' });
    this.#program = join(folder, 'program');
    this.#ledger = join(folder, 'ledger');
    chmodSync(this.#program, 0o755);
    chmodSync(this.#ledger, 0o666);
  }

  /** The file with stubs. */
  fileOf(job: string, text: string, number: number): string {
    const { outcome, slot: wanted } = FATES[number % FATES.length] as (typeof FATES)[number];
    const hasMain = /^[ \t]*(?:exec|script)\b/m.test(text);
    const slot = wanted === 'main' && !hasMain ? 'pre-start' : wanted;
    this.#fates.set(job, { slot, outcome, respawns: /^[ \t]*respawn[ \t]*$/m.test(text) });
    const isTask = /^[ \t]*task\b/m.test(text);
    const expects = /^[ \t]*expect[ \t]+(fork|daemon|stop)\b/m.exec(text)?.[1] ?? 'stay';
    const hooks = HOOKS.filter((hook) => hook === 'post-stop' || hook === slot || hasHook(text, hook));
    const processes: readonly Slot[] = hasMain ? [...hooks, 'main'] : hooks;
    const lines = processes.map((each) => {
      const end = each === slot ? outcome : null;
      const form = each !== 'main' || isTask ? 'done' : expects;
      const command = end === 'absent' ? '/no/such/program' : `${this.#program} ${this.#ledger} ${each} ${end} ${form}`;
      return `${each === 'main' ? '' : `${each} `}exec ${command}`;
    });
    const kept = text
      .replace(/^[ \t]*(?:(?:pre|post)-(?:start|stop)[ \t]+)?script\b[\s\S]*?^[ \t]*end script\b.*$/gm, '')
      .replace(/^[ \t]*(?:(?:pre|post)-(?:start|stop)[ \t]+)?exec\b(?:.*\\\n)*.*$/gm, '')
      .replace(DENIED, '');
    return `${kept}\n${lines.join('\n')}\n`;
  }

  /** The jobs whose last run has failed, or that respawn again and again. */
  failed(): string[] {
    const failed = new Set<string>();
    const runs = new Map<string, { job: string; ends: number; isBad: boolean }>();
    const isUp = (job: string): boolean => [...runs.values()].some((run) => run.job === job);
    for (const line of readFileSync(this.#ledger, 'utf8').split('\n').slice(0, -1)) {
      const [instance = '', slot, what] = line.split('|');
      const [job = ''] = instance.split(' ');
      const fate = this.#fates.get(job);
      if (!fate) throw new Error(`the ledger has a job of no file: ${line}`);
      const run = runs.get(instance) ?? { job, ends: 0, isBad: false };
      runs.set(instance, run);
      failed.delete(job);
      if (what === 'bad' && slot === 'main') run.ends++;
      if (what === 'bad' && (slot !== 'main' || !fate.respawns)) run.isBad = true;
      if (slot !== 'post-stop' || what === 'begins') continue;
      // The end of a run. Of one that could not begin there is only this; one that respawned has ended by its limit.
      runs.delete(instance);
      if (!isUp(job) && (run.isBad || run.ends > 0 || fate.outcome === 'absent')) failed.add(job);
    }
    for (const { job, ends } of runs.values()) if (ends > CALM) failed.add(job);
    return [...failed].sort();
  }

  /** The jobs whose main process is missing: they never run. */
  withoutMain(): string[] {
    return [...this.#fates].flatMap(([job, { slot, outcome }]) => (slot === 'main' && outcome === 'absent' ? job : []));
  }

  /** Those among these jobs, by what they were to suffer: `main 3`. */
  sufferings(jobs: readonly string[]): string[] {
    const all = jobs.flatMap((job) => this.#fates.get(job) ?? []).map(({ slot, outcome }) => `${slot} ${outcome}`);
    return [...new Set(all)].sort();
  }
}

const hasHook = (text: string, hook: Hook): boolean =>
  new RegExp(`^[ \\t]*${hook}[ \\t]+(?:exec|script)\\b`, 'm').test(text);
