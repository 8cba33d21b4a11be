/** Probes in words, for hints and explanations. */
import { type Probe, probeAddress } from '@upstart/job-language';
import type { PendingProbe } from '../model/probe-state.ts';

const ACTIONS: Readonly<Record<Probe['kind'], string>> = {
  tcp: 'accepts a connection',
  unix: 'accepts a connection',
  http: 'answers',
};

/** `localhost:5432 accepts a connection`: what is waited for. */
export function probeWords(probe: Probe): string {
  const range = probe.kind === 'http' ? ` with a status ${statusWords(probe)}` : '';
  return `${probeAddress(probe)} ${ACTIONS[probe.kind]}${range}`;
}

function statusWords({ lowest, highest }: Extract<Probe, { kind: 'http' }>): string {
  return lowest === highest ? `of ${lowest}` : `from ${lowest} to ${highest}`;
}

/** `last answer: connection refused` */
export function answerWords({ fault, answer }: PendingProbe): string {
  return fault ?? (answer === undefined ? 'no answer yet' : `last answer: ${answer}`);
}
