/** Probes in words, for hints and explanations. */
import { errnoText } from '@upstart/common';
import { type JobDefinition, type Probe, probeAddress, type StatusRange } from '@upstart/job-language';
import type { TriedProbe } from '../model/probe-state.ts';
import type { InstanceState } from '../model/state.ts';

const ACTIONS: Readonly<Record<Probe['kind'], string>> = {
  tcp: 'accepts a connection',
  unix: 'accepts a connection',
  http: 'answers',
  exec: 'succeeds',
  log: 'matches a line of its output',
};

/** `localhost:5432 accepts a connection`: what is waited for. */
export function probeWords(probe: Probe): string {
  const range = probe.kind === 'http' ? ` with a status ${statusWords(probe)}` : '';
  const address = probe.kind === 'exec' ? `\`${probe.command}\`` : probeAddress(probe);
  return `${address} ${ACTIONS[probe.kind]}${range}`;
}

function statusWords({ lowest, highest, more = [] }: Extract<Probe, { kind: 'http' }>): string {
  return [{ lowest, highest }, ...more].map(rangeWords).join(' or ');
}

function rangeWords({ lowest, highest }: StatusRange): string {
  return lowest === highest ? `of ${lowest}` : `from ${lowest} to ${highest}`;
}

/** `last answer: connection refused` */
export function answerWords({ fault, answer }: TriedProbe): string {
  return fault ?? (answer === undefined ? 'no answer yet' : `last answer: ${answer}`);
}

/**
 * All that a start still waits for besides its settle time: `localhost:5432 accepts a connection; no answer yet`. `shown`: a probe as the
 * reader may see it.
 */
export function awaitedWords(
  { ready, expect, expectFd }: JobDefinition,
  instance: InstanceState,
  shown: (probe: Probe) => Probe = (probe) => probe,
): string[] {
  const { readiness, notify } = instance;
  const words: string[] = [];
  if (notify?.awaited)
    words.push(
      expect === 'fd' ? `its main process writes a newline to descriptor ${expectFd}` : 'its main process says READY=1',
    );
  for (const pending of readiness?.pending ?? []) {
    const probe = ready[pending.index];
    if (probe) words.push(`${probeWords(shown(probe))}; ${answerWords(pending)}`);
  }
  return words;
}

/** What a process that has failed has said of the reason. */
export function lastWords({ notify }: InstanceState): string[] {
  const { status, errno = 0 } = notify ?? {};
  const said = [...(status === undefined ? [] : [`STATUS "${status}"`]), ...(errno === 0 ? [] : [errnoText(errno)])];
  return said.length === 0 ? [] : [`the main process said: ${said.join(', ')}`];
}
