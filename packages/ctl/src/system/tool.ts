/** What telinit, runlevel, shutdown and their like have in common, besides being a `Tool`. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { callTool, endReadably, nameProcess, standardStreams, type Tool } from '@upstart/common';
import { ConnectionError, connect, KeyedClient, type UpstartClient } from '@upstart/protocol';

/** Runs `tool` as this process, and sets its exit status. */
export async function runTool(tool: Tool, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  endReadably(`${tool.name} ends by an error`);
  process.exitCode = await callTool(tool, argv, { ...standardStreams, hinting: isatty(STDERR) });
}

const STDERR = 2;

/** Throws when this is not root. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new Error('Need to be root');
}

/** Milliseconds between two attempts to connect to an init whose daemon is being restarted, and until it is given up. */
const POLL_MS = 100;
const PATIENCE_MS = 30_000;

/**
 * A client of the system's init, whatever session this process belongs to. A socket without anybody behind it is that of a daemon
 * which is followed by another one in a moment: scripts that end all processes do that, and ask for a runlevel right after.
 */
export async function connectSystem(program: string): Promise<UpstartClient> {
  nameProcess(program);
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return new KeyedClient(await connect({ scope: 'system', client: program }), randomUUID());
    } catch (error) {
      const restarts = error instanceof ConnectionError && error.code === 'ECONNREFUSED';
      if (!restarts || performance.now() > deadlineMs) throw error;
      await pause(POLL_MS);
    }
  }
}
