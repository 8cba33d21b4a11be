/** Entries of the history in words, one line each. */
import type { HistoryCause, HistoryEntry, LeaseEntry } from '@upstart/protocol';
import { type Palette, printable } from './colour.ts';
import { signalText } from './signal.ts';

/** Programs of init itself: people know the program that has started them. */
const OWN_PROGRAMS = new Set([
  'upstart',
  'initctl',
  'start',
  'stop',
  'restart',
  'reload',
  'emit',
  'init',
  'telinit',
  'shutdown',
  'halt',
  'poweroff',
  'reboot',
  'upstart-rc',
  'invoke-rc.d',
  'service',
]);

/** Whether an entry is shown without `--all`, which adds processes and intermediate states. */
export function isMilestone(entry: HistoryEntry): boolean {
  if (entry.kind === 'process') return false;
  return entry.kind !== 'state' || entry.to === 'running' || entry.to === 'waiting';
}

/** The job or instance of an entry; `event` for an event. */
export function historyName(entry: HistoryEntry): string {
  if (entry.kind === 'event') return 'event';
  return printable(entry.instance === '' ? entry.job : `${entry.job} (${entry.instance})`);
}

export function historyText(entry: HistoryEntry, colour: Palette): string {
  switch (entry.kind) {
    case 'goal':
      return withCause(entry.to, printable(causeText(entry.cause)));
    case 'state':
      if (entry.to === 'running') return colour.good('running');
      return entry.to === 'waiting' ? 'stopped' : colour.dim(entry.to);
    case 'process':
      return colour.dim(`${entry.process} process ${entry.pid}`);
    case 'exit': {
      const who = entry.pid === 0 ? `${entry.process} process` : `${entry.process} process ${entry.pid}`;
      const text = printable(`${who}: ${entry.text}`);
      return entry.exitStatus === 0 ? text : colour.bad(text);
    }
    case 'signal':
      return `${sentText(entry)} ${printable(causeText(entry.cause))}`;
    case 'lease':
      return leaseText(entry, colour);
    case 'event':
      return `${colour.strong(printable(entry.event))} ${printable(causeText(entry.cause))}`;
  }
}

/** `reload: HUP signal sent to main process 4711`. */
function sentText({ signal, process, pid, cause }: Extract<HistoryEntry, { kind: 'signal' }>): string {
  const text = `${signalText(signal)} sent to ${process} process${pid === 0 ? '' : ` ${pid}`}`;
  return cause.request === 'reload' ? `reload: ${text}` : text;
}

/** `lease main taken (token 42) from host b`. */
export function leaseText({ lease, change, token, cause }: LeaseEntry, colour: Palette): string {
  const done = change === 'taken' ? `taken (token ${token})` : change.replace('-', ' ');
  const text = `lease ${printable(lease)} ${done}`;
  const shown = change === 'lost' ? colour.bad(text) : text;
  const why = printable(causeText(cause));
  // Which host had it before may be unknown: then the caller alone follows.
  return cause.text === '' ? shown + why : `${shown} ${why}`;
}

/** `` start by `started db` ``, `start: restarted by request`: some causes are sentences of their own. */
export function withCause(verb: string, cause: string): string {
  const isPart = cause === '' || /^(by|because) /.test(cause);
  return isPart ? `${verb} ${cause}`.trimEnd() : `${verb}: ${cause}`;
}

/** `` by `stop`, uid 1000, pid 4711 (bash) ``. */
export function causeText({ kind, text, request, peer }: HistoryCause): string {
  if (kind !== 'request') return text;
  // A job as the caller is more useful than the program that it used.
  const by = text === 'by request' || text === 'restarted by request' ? `by \`${request ?? 'request'}\`` : text;
  if (!peer) return by;
  const { pid, name } =
    peer.parent && peer.name !== null && OWN_PROGRAMS.has(peer.name) ? peer.parent : { pid: peer.pid, name: peer.name };
  return `${by}, uid ${peer.uid}, pid ${pid}${name === null ? '' : ` (${name})`}`;
}
