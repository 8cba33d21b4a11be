/**
 * The hosts of the cluster, where this one is in a cluster. `upstart fleet` asks them, in a process of its own that ends: the gateway has no
 * client of NATS. What it has found is good for a few seconds, whoever asks.
 */
import { existsSync } from 'node:fs';
import { clusterConfPath } from '@upstart/common';
import { startTool } from '@upstart/ctl/parts';
import { ProblemError } from '../http/problem.ts';
import { FLEET_FRESH_MS, FLEET_TIMEOUT_MS, MAX_TOOL_ANSWER_BYTES } from '../limits.ts';
import type { ToolQueue } from './tool-queue.ts';

/** The outputs of `upstart fleet hosts --json` and `upstart fleet ps --json` (docs/json.md). */
export interface FleetLook {
  readonly hosts: readonly object[];
  readonly jobs: readonly object[];
  readonly leases: readonly object[];
  readonly missing: readonly object[];
}

export interface FleetPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isSession: boolean;
}

/** Runs `upstart fleet` with these words; resolves with its output. */
export type FleetTool = (words: readonly string[]) => Promise<string>;

export class FleetHosts {
  readonly #path: string;
  readonly #tool: FleetTool;
  #look: Promise<FleetLook> | null = null;
  #beganMs = Number.NEGATIVE_INFINITY;

  constructor({ env, isSession }: FleetPlace, tools: ToolQueue, tool: FleetTool = commandLine(isSession)) {
    this.#path = clusterConfPath(env, isSession);
    this.#tool = (words) => tools.run(() => tool(words));
  }

  /** Whether this host is in a cluster at all. */
  get isThere(): boolean {
    return existsSync(this.#path);
  }

  look(): Promise<FleetLook> {
    if (!this.isThere)
      throw new ProblemError(404, 'not-found', `There is no ${this.#path}: this host is in no cluster`);
    const nowMs = performance.now();
    if (this.#look === null || nowMs - this.#beganMs > FLEET_FRESH_MS) {
      this.#beganMs = nowMs;
      this.#look = this.#ask();
      this.#look.catch(() => {
        this.#look = null;
      });
    }
    return this.#look;
  }

  async #ask(): Promise<FleetLook> {
    const [hosts, ps] = await Promise.all([this.#answer('hosts'), this.#answer('ps')]);
    return { ...ps, ...hosts } as FleetLook;
  }

  async #answer(action: string): Promise<object> {
    const text = await this.#tool([action, '--json', '--timeout', String(FLEET_TIMEOUT_MS / 2000)]);
    try {
      return JSON.parse(text) as object;
    } catch {
      throw new ProblemError(
        503,
        'fleet-unreachable',
        `The hosts cannot be asked: \`upstart fleet ${action}\` tells why`,
      );
    }
  }
}

const commandLine =
  (isSession: boolean): FleetTool =>
  (words) => {
    const args = ['--called-as', 'upstart', 'fleet', ...words, isSession ? '--user' : '--system'];
    return startTool('ctl.cjs', args, null, {
      ...{ timeoutMs: FLEET_TIMEOUT_MS, maxBytes: MAX_TOOL_ANSWER_BYTES, isQuiet: true },
    });
  };
