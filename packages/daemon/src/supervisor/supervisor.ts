import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Identities } from '../identity/identities.ts';
import { ALL_ABILITIES, type SupervisorAbilities } from './abilities.ts';
import { ClientFiles } from './client-files.ts';
import { FrameDecoder, type Incoming } from './frame-decoder.ts';
import {
  encodeAcknowledge,
  encodeBegun,
  encodeImpossible,
  encodeLogRotation,
  encodeNote,
  encodeReady,
  encodeRecovered,
} from './frame-encoder.ts';
import { FrameError } from './frames.ts';
import { KeptLogFolder } from './log-folder.ts';
import { asUnderstood } from './older-supervisors.ts';
import { type PeerKnown, Peers } from './peers.ts';
import { Preparation, type PreparationOptions, type RunningProcess } from './preparation.ts';
import type { Command, LogFolder, LogRotation, Report, SupervisorState } from './process-messages.ts';

/** Commands are written in pieces of about this size, so that `pending` is exact to within one. */
const WRITE_SIZE = 64 * 1024;
/** Reports are delivered so many at a time: after a storm of them clients have their turn in between. */
export const REPORTS_A_TURN = 64;

/** The error of a call that the kernel or the supervisor does not know. */
const ENOSYS = 38;

/**
 * The daemon's connection to its supervisor.
 *
 * The supervisor keeps its reports until they are acknowledged and repeats them to the next daemon; the daemon keeps its
 * commands in its journal and repeats them when it cannot know whether they have arrived. Each command is carried out once.
 */
export class Supervisor {
  #socket: Duplex;
  readonly #can: SupervisorAbilities;
  readonly #peers: Peers;
  /** Descriptors that clients send; null: the supervisor takes none. */
  readonly files: ClientFiles | null;
  readonly #identities: Pick<PreparationOptions, 'identities'>;
  #preparation: Preparation | undefined;
  #said: (text: string) => void = () => {};
  #decoder = new FrameDecoder();
  #state: SupervisorState | undefined;
  #greeted: (error: Error | undefined) => void;
  #reports: Report[] = [];
  /** The next turn of reports that are left. */
  #turn: NodeJS.Immediate | undefined;
  #deliver: ((reports: Report[]) => void) | undefined;
  #closed: (error: Error | undefined) => void = () => {};
  #logFolder: KeptLogFolder | undefined;
  #rotated: () => void = () => {};
  #rotation: LogRotation = { size: 0, age: 0, keep: 1 };
  #error: Error | undefined;
  /** Frames that the kernel has not taken yet, oldest first. */
  #writing = new Set<Command[]>();

  private constructor(
    socket: Duplex,
    peer: SupervisorAbilities,
    identities: Pick<PreparationOptions, 'identities'>,
    greeted: (error: Error | undefined) => void,
  ) {
    this.#socket = socket;
    this.#can = peer;
    this.#identities = identities;
    this.#peers = new Peers(peer, (frames) => void this.#socket.write(frames));
    this.files = peer.takesFiles ? new ClientFiles((frame) => void this.#socket.write(frame)) : null;
    this.#greeted = greeted;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#close());
  }

  /**
   * Takes over descriptor `fd`, normally the one in `UPSTART_SUPERVISOR_FD`, and waits for the supervisor's state. Reports
   * wait until `onReports`. Rejects when the connection ends before that, or is not one to a supervisor.
   */
  static connect(fd: number, peer: SupervisorAbilities): Promise<{ supervisor: Supervisor; state: SupervisorState }> {
    return Supervisor.over(new Socket({ fd, readable: true, writable: true }), peer);
  }

  /** As `connect`, over a socket that is open already. `identities` tells users and groups; those of this machine unless given. */
  static over(
    socket: Duplex,
    peer: SupervisorAbilities = ALL_ABILITIES,
    identities?: Identities,
  ): Promise<{ supervisor: Supervisor; state: SupervisorState }> {
    return new Promise((resolve, reject) => {
      const supervisor = new Supervisor(socket, peer, identities ? { identities } : {}, (error) => {
        if (error) reject(error);
        else resolve({ supervisor, state: supervisor.#state! });
      });
    });
  }

  /** Tells of the processes that a daemon before this one has started; before any command is sent. */
  resume(processes: readonly RunningProcess[]): void {
    this.#preparation?.resume(processes);
  }

  /** Gets the messages about control groups. */
  onSaid(said: (text: string) => void): void {
    this.#said = said;
  }

  /** Recovery begins, or has got further. A daemon that dies from now on counts as one that could not recover. */
  begun(): void {
    if (this.#can.hearsBegun) this.#socket.write(encodeBegun());
  }

  /** The saved state has been recovered: it is not the reason if this daemon dies from now on. */
  recovered(): void {
    if (this.#can.hearsRecovered) this.#socket.write(encodeRecovered());
  }

  /** Clients are answered: from now on the death of this daemon is not a failure to start. */
  ready(): void {
    this.#socket.write(encodeReady());
  }

  /** Has log files rotated from now on. */
  rotateLogs(rotation: LogRotation): void {
    this.#rotation = rotation;
    this.#socket.write(encodeLogRotation(rotation));
  }

  /**
   * Makes the folder of logs again when it has been removed. `look` tells what it is like; it is asked now and whenever logs are
   * flushed, since a folder may be there only once its file system is.
   */
  keepLogFolder(look: () => LogFolder | null): void {
    this.#logFolder = new KeptLogFolder(look);
  }

  /** Hears of each log that was rotated, by init or another program. */
  onRotated(rotated: () => void): void {
    this.#rotated = rotated;
  }

  /** Returns whether the report is about a log folder that is there again. */
  #isAboutLogFolder(report: Report): boolean {
    const finding = this.#logFolder?.reported(report);
    // The logger tries all files again, and at the second time finds that their trouble is over: only then is the next one reported.
    if (finding === 'mended') for (let time = 0; time < 2; time++) this.rotateLogs(this.#rotation);
    return finding != null;
  }

  /** Has the supervisor keep a text for the next daemon, which finds it in `SupervisorLink.note`. */
  keepNote(text: string): void {
    this.#socket.write(encodeNote(text));
  }

  /**
   * Asks which process is at the other end of a connection to the daemon, by the kernel's credentials. `known` is called once, before
   * the reports that have come with the answer are delivered. It gets null where the kernel does not permit the question, and where the
   * connection has ended meanwhile.
   */
  findPeer(socket: Socket, known: PeerKnown): void {
    this.#peers.find(socket, known);
  }

  /**
   * Connects a socket, the descriptor `fd` of the process `pid`, to the socket at `path`; behind `@` it is an abstract name. Its other
   * side sees init. Resolves with the number of the error, or 0.
   */
  connectSocket(pid: number, fd: number, path: string): Promise<number> {
    return this.#peers.connect(pid, fd, path);
  }

  /**
   * Sends commands, whose ids grow; they are carried out in order. Every report up to and including `acknowledged` is on
   * disk: the supervisor may forget it.
   */
  send(commands: readonly Command[], acknowledged?: number): void {
    let batch: Command[] = [];
    // A question comes first: the client may be gone once a command was carried out.
    let frames = this.#peers.takeFrames();
    let size = 0;
    for (const given of commands) {
      const command = asUnderstood(given, this.#can);
      if (command === null) continue;
      if (command.type === 'flush-logs') this.#logFolder?.refresh();
      const bytes = this.#isPossible(command)
        ? this.#preparation?.frame(command)
        : encodeImpossible(command.id, ENOSYS);
      if (!bytes) continue;
      batch.push(command);
      frames.push(bytes);
      size += bytes.length;
      if (size >= WRITE_SIZE) {
        this.#write(batch, frames);
        batch = [];
        frames = [];
        size = 0;
      }
    }
    if (acknowledged !== undefined) frames.push(encodeAcknowledge(acknowledged));
    if (frames.length > 0) this.#write(batch, frames);
  }

  /**
   * Under an older supervisor some processes are not started: one that it could not listen to, for which the job would wait, and one with
   * descriptors at numbers that it does not use.
   */
  #isPossible(command: Command): boolean {
    if (command.type !== 'spawn') return true;
    const { notify, filesFrom } = command.spec;
    return (this.#can.takesMessages || notify === undefined) && (this.#can.listens || filesFrom === undefined);
  }

  #write(batch: Command[], frames: Buffer[]): void {
    this.#writing.add(batch);
    const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames);
    this.#socket.write(bytes, (error) => {
      if (!error) this.#writing.delete(batch);
    });
  }

  /** The commands that the kernel has not taken yet, in order: a snapshot has to hold them. Some may be under way. */
  pending(): Command[] {
    return [...this.#writing].flat();
  }

  /** The listener for reports, called with all that have arrived together; also with those that came before this call. */
  onReports(deliver: (reports: Report[]) => void): void {
    this.#deliver = deliver;
    queueMicrotask(() => this.#deliverReports());
  }

  /** Called when the connection is over: without an error when the supervisor has closed it. */
  onClose(closed: (error: Error | undefined) => void): void {
    this.#closed = closed;
  }

  #receive(chunk: Buffer): void {
    try {
      for (const incoming of this.#decoder.push(chunk)) this.#accept(incoming);
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#deliverReports();
  }

  #accept(incoming: Incoming): void {
    if (incoming.type === 'report') {
      if (!this.#state) throw new FrameError('supervisor: a report before its state');
      this.#reports.push(incoming.report);
    } else if (incoming.type === 'hello') {
      const { pid, lastCommand, subreaperErrno } = incoming;
      this.#state = { pid, lastCommand, processes: [], subreaperErrno };
      this.#preparation = new Preparation(pid, { ...this.#identities, say: (text) => this.#said(text) });
    } else if (!this.#state) {
      throw new FrameError('supervisor: its table of processes before its state');
    } else if (incoming.type === 'process') {
      this.#state.processes.push(incoming.process);
    } else {
      this.#greeted(undefined);
    }
  }

  #deliverReports(): void {
    if (!this.#deliver || this.#turn) return;
    const reports = this.#reports.splice(0, REPORTS_A_TURN);
    if (this.#reports.length > 0) {
      this.#turn = setImmediate(() => {
        this.#turn = undefined;
        this.#deliverReports();
      });
    }
    if (reports.length === 0) return;
    for (const report of reports) {
      this.#preparation?.reported(report);
      if (report.type === 'peer') this.#peers.answered(report);
      else if (report.type === 'looked') this.files?.looked(report);
      else if (report.type === 'log-rotated') this.#rotated();
    }
    const others = reports.filter((report) => !this.#isAboutLogFolder(report));
    if (others.length > 0) this.#deliver(others);
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #close(): void {
    this.#greeted(this.#error ?? new Error('supervisor: the connection ended before it told its state'));
    this.#closed(this.#error);
  }
}
