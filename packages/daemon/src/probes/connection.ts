/** Connections of probes to TCP ports and Unix sockets. */
import { connect, type Socket } from 'node:net';
import { systemErrorText } from '@upstart/common';
import type { ProbeTarget } from '@upstart/job-language';
import type { Attempt, Outcome } from './attempt.ts';
import { lookUp } from './look-up.ts';

type Peer = Extract<ProbeTarget, { kind: 'unix' }> | { host: string; port: number };

export interface Connection {
  readonly socket: Socket;
  /** Whether the name of the host has an address yet. */
  isResolved(): boolean;
}

/** Errors of init itself, which say nothing about the service. */
const LACKS = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

/** Begins to connect. `failed` gets the reason, also that of an error afterwards. */
export function openConnection(peer: Peer, failed: (outcome: Outcome) => void): Connection {
  let isResolved = true;
  let cancelLookUp = (): void => {};
  const socket =
    'path' in peer
      ? connect({ path: peer.path })
      : connect({
          host: peer.host,
          port: peer.port,
          autoSelectFamily: true,
          lookup: (name, options, found) => {
            isResolved = false;
            cancelLookUp = lookUp(name, (error, addresses) => {
              isResolved = true;
              const [first] = addresses;
              if (error || !first) found(error, '', 0);
              else if (options.all) found(null, addresses);
              else found(null, first.address, first.family);
            });
          },
        });
  socket.on('close', () => cancelLookUp());
  socket.on('error', (error) => failed(failureOf(error, 'path' in peer ? '' : peer.host)));
  return { socket, isResolved: () => isResolved };
}

/** Connects, and closes the connection at once. */
export function attemptConnection(
  target: Extract<ProbeTarget, { kind: 'tcp' | 'unix' }>,
  done: (outcome: Outcome) => void,
): Attempt {
  const { socket, isResolved } = openConnection(target, done);
  socket.on('connect', () => done({ isGood: true, answer: 'connected' }));
  return {
    stage: () => stageOf(target, isResolved(), 'no connection'),
    cancel: () => void socket.destroy(),
  };
}

export function stageOf(peer: Peer, isResolved: boolean, otherwise: string): string {
  return isResolved || 'path' in peer ? otherwise : `${peer.host} is still being looked up`;
}

/** Of several addresses the first one tells. */
export function failureOf(error: Error, host: string): Outcome {
  const [cause = error] = error instanceof AggregateError ? error.errors : [error];
  const failure = { isGood: false, answer: reasonOf(cause, host) };
  return LACKS.has((cause as NodeJS.ErrnoException).code ?? '') ? { ...failure, isUntried: true } : failure;
}

/** `connection refused`, `db.example does not resolve`. */
function reasonOf(cause: NodeJS.ErrnoException, host: string): string {
  const { code } = cause;
  if (code === 'ENOTFOUND') return `${host} does not resolve`;
  if (code === 'EAI_AGAIN') return `${host} does not resolve: the name service does not answer`;
  const text = systemErrorText(cause);
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
