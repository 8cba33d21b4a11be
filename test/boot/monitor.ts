/** The monitor of a machine, by QMP: what ends it, and what is plugged in. */
import type { Socket } from 'node:net';

export interface Monitor {
  /** How the guest ended the machine: a panic ends qemu with status 0, too. null: it has not. */
  reasonOfEnd(): string | null;
  /** Has qemu carry out a command. Rejects with its error. */
  command(name: string, words: object): Promise<void>;
}

interface Answer {
  readonly id?: number;
  readonly error?: { readonly desc: string };
  readonly event?: string;
  readonly data?: { readonly guest?: boolean; readonly reason?: string };
}

const REASONS: Readonly<Record<string, string>> = { 'guest-shutdown': 'poweroff', 'guest-reset': 'reboot' };

export function monitorOf(socket: Socket): Monitor {
  const answered = new Map<number, (answer: Answer) => void>();
  let count = 0;
  let reason: string | null = null;
  let rest = '';
  const take = (answer: Answer): void => {
    if (answer.event === 'SHUTDOWN' && answer.data?.guest) reason = answer.data.reason ?? null;
    if (answer.id !== undefined) answered.get(answer.id)?.(answer);
  };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(JSON.parse(line) as Answer);
  });
  const command = (name: string, words: object): Promise<void> => {
    const id = count++;
    socket.write(`${JSON.stringify({ execute: name, arguments: words, id })}\n`);
    return new Promise((resolve, reject) => {
      answered.set(id, ({ error }) => (error ? reject(new Error(`${name}: ${error.desc}`)) : resolve()));
    });
  };
  void command('qmp_capabilities', {});
  return { command, reasonOfEnd: () => (reason === null ? null : (REASONS[reason] ?? reason.replace('guest-', ''))) };
}
