/** The state folder of a project: job files of its session, logs, and a note of which init runs it. */
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '@upstart/common';
import {
  CONTROL_SOCKET,
  hasLiveInit,
  PROJECT_FILE,
  PROJECT_LOGS,
  projectState,
  type Session,
  type StateEnv,
} from '@upstart/protocol';
import type { Project } from './project.ts';

/** Files only init and its owner read. */
const FOLDER_MODE = 0o700;
const OVERRIDE = 'manual\n';

/** A session whose sockets are known. */
export interface ProjectSession extends Session {
  readonly folder: string;
}

export class StateFolder {
  /** The folder of the project. */
  readonly project: string;
  readonly path: string;
  readonly jobs: string;
  readonly logs: string;
  /** What init says of itself. */
  readonly initLog: string;
  readonly settings: string;
  readonly #note: string;

  constructor(project: string, env: StateEnv) {
    this.project = project;
    this.path = projectState(project, env);
    this.jobs = join(this.path, 'jobs');
    this.logs = join(this.path, PROJECT_LOGS);
    this.initLog = join(this.path, 'init.log');
    this.settings = join(this.path, 'upstart.conf');
    this.#note = join(this.path, 'session.json');
  }

  /** Makes it, without job files or logs of an earlier session. */
  begin(settings: string): void {
    for (const folder of [this.jobs, this.logs]) {
      rmSync(folder, { recursive: true, force: true });
      makeFolder(folder, FOLDER_MODE);
    }
    chmodSync(this.path, FOLDER_MODE);
    writeFileSync(join(this.path, PROJECT_FILE), `${this.project}\n`);
    writeFileSync(this.settings, settings);
    writeFileSync(this.initLog, '');
  }

  /** Writes job files that differ, removes others, and has all jobs but `wanted` started by name only. */
  writeJobs({ isNative, translation, jobs }: Project, wanted: ReadonlySet<string>): void {
    const files = new Map(isNative ? [] : translation.files.map(({ name, text }) => [name, text]));
    for (const { name } of jobs) if (!wanted.has(name)) files.set(`${name}.override`, OVERRIDE);
    for (const name of this.#names()) if (!files.has(name)) rmSync(join(this.jobs, name));
    for (const [name, text] of files) {
      const path = join(this.jobs, name);
      makeFolder(dirname(path), FOLDER_MODE);
      if (textOf(path) !== text) writeFileSync(path, text);
    }
  }

  /** Has none of these jobs start by itself from now on. */
  holdJobs(names: readonly string[]): void {
    for (const name of names) {
      const path = join(this.jobs, `${name}.override`);
      makeFolder(dirname(path), FOLDER_MODE);
      writeFileSync(path, OVERRIDE);
    }
  }

  #names(): string[] {
    return readdirSync(this.jobs, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(?:conf|override)$/.test(name),
    );
  }

  /** The jobs that the session does not start by itself. */
  get manualJobs(): ReadonlySet<string> {
    return new Set(
      this.#names().flatMap((name) => (name.endsWith('.override') ? [name.replace(/\.override$/, '')] : [])),
    );
  }

  noteSession({ pid, address, folder }: ProjectSession): void {
    writeFileSync(this.#note, `${JSON.stringify({ pid, address, folder })}\n`);
  }

  /** The session that runs the project; null: none does. */
  liveSession(): ProjectSession | null {
    try {
      const session = JSON.parse(readFileSync(this.#note, 'utf8')) as ProjectSession;
      return hasLiveInit(join(session.folder, CONTROL_SOCKET)) ? session : null;
    } catch {
      return null;
    }
  }

  /** After the session has ended: its logs stay. */
  end(): void {
    rmSync(this.#note, { force: true });
    rmSync(this.jobs, { recursive: true, force: true });
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
