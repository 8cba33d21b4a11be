/**
 * The preparation of a command before it is sent: names become numbers, control groups are made. The engine knows of none of it, and
 * the supervisor looks nothing up.
 */
import { CgroupError } from '../cgroups/cgroup-error.ts';
import { ControlGroups, type GroupsSpec, NO_ENTRANCE } from '../cgroups/control-groups.ts';
import { Identities, type WhomSpec } from '../identity/identities.ts';
import { AS_INIT, type Identity } from '../identity/resolve.ts';
import { EnvFiles, withVariables } from './env-files.ts';
import { encodeCommand, encodeImpossible, NO_SETUP, type SpawnSetup } from './frame-encoder.ts';
import { type Command, type Report, SPAWN_AWAITED, type SpawnSpec } from './process-messages.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** A running process, and its specification. */
export interface RunningProcess {
  token: number;
  spec: WhomSpec & GroupsSpec;
}

/** The ids that a process with a standing order was started with. */
interface Kept {
  spec: WhomSpec;
  /** null: not known. */
  numbers: string | null;
}

export interface PreparationOptions {
  identities?: Identities;
  envFiles?: EnvFiles;
  /** Gets what people are to know. */
  say?: (text: string) => void;
}

export class Preparation {
  readonly #identities: Identities;
  readonly #envFiles: EnvFiles;
  readonly #groups: ControlGroups;
  /** Processes of users and groups of their own that may be started again by the supervisor. */
  readonly #kept = new Map<number, Kept>();

  /** `initPid`: the process whose control groups and mounts count. */
  constructor(initPid: number, options: PreparationOptions = {}) {
    const { identities = new Identities(), envFiles = new EnvFiles(), say = () => {} } = options;
    this.#identities = identities;
    this.#envFiles = envFiles;
    this.#groups = new ControlGroups({ pid: initPid }, say);
  }

  /** Takes over from the daemon before this one, before anything is prepared. */
  resume(processes: readonly RunningProcess[]): void {
    for (const { token, spec } of processes) if (isSomebody(spec)) this.#kept.set(token, { spec, numbers: null });
    this.#groups.resume(processes);
  }

  /** The frame of a command, with everything done that comes before it; null: there is nothing to send. */
  frame(command: Command): Buffer | null {
    if (command.type === 'spawn') return this.#spawn(command);
    if (command.type === 'standing-order') return this.#standingOrder(command);
    if (command.type !== 'kill-cgroup') return encodeCommand(command);
    this.#groups.kill(command.cgroup);
    return null;
  }

  /** Gets each report before the engine does. */
  reported(report: Report): void {
    if (report.type !== 'exited' && report.type !== 'vanished' && report.type !== 'spawn-failed') return;
    const { process } = report;
    const kept = this.#kept.get(process);
    if (kept) {
      this.#kept.delete(process);
      if (report.type === 'exited' && report.standingOrder) this.#kept.set(report.standingOrder, kept);
    }
    this.#groups.ended(process);
  }

  #spawn({ id, spec }: CommandOf<'spawn'>): Buffer {
    const { envFiles } = spec;
    const files = envFiles && this.#envFiles.lookUp(envFiles);
    const identity = this.#identities.lookUp(spec);
    if (files === null || !identity) return encodeImpossible(id, SPAWN_AWAITED);
    if (envFiles) this.#envFiles.forget(envFiles);
    if (spec.orderable && isSomebody(spec)) {
      const { user, group, chroot } = spec;
      this.#kept.set(id, { spec: { user, group, chroot }, numbers: numbersOf(identity) });
    }
    if (files?.refusal) return encodeCommand({ type: 'spawn', id, spec }, { ...NO_SETUP, refusal: files.refusal });
    const full = files ? { ...spec, env: withVariables(spec, files.variables) } : spec;
    return encodeCommand({ type: 'spawn', id, spec: full }, this.#setUp(id, spec, identity));
  }

  #setUp(id: number, spec: SpawnSpec, identity: Identity): SpawnSetup {
    const { refusal } = identity;
    if (refusal) return { identity: AS_INIT, entrance: NO_ENTRANCE, refusal };
    try {
      return { identity, entrance: this.#groups.prepare(id, spec, identity), refusal: null };
    } catch (error) {
      if (!(error instanceof CgroupError)) throw error;
      const { errno } = error;
      return { identity, entrance: NO_ENTRANCE, refusal: { step: 'cgroup-setup', errno, detail: '' } };
    }
  }

  /** The supervisor would use the numbers that the process was started with: an order for another one than it is now is none. */
  #standingOrder(command: CommandOf<'standing-order'>): Buffer | null {
    const kept = this.#kept.get(command.process);
    if (kept) {
      const identity = this.#identities.lookUp(kept.spec);
      if (!identity || numbersOf(identity) !== kept.numbers) return null;
    }
    return encodeCommand(command);
  }
}

function isSomebody({ user, group }: WhomSpec): boolean {
  return user !== null || group !== null;
}

function numbersOf({ uid, gid, groups }: Identity): string {
  return [uid, gid, ...groups].join(' ');
}
