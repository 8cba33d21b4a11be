/** The checks of an instance, for lists and explanations. */
import { durationText } from '@upstart/common';
import { type Probe, probeAddress } from '@upstart/job-language';
import type { CheckStatus } from '@upstart/protocol';
import type { InstanceState } from '../model/state.ts';
import { triedProbe } from '../readiness/targets.ts';
import type { Question } from './question.ts';

/** With its variables expanded, for those who may see them. */
const addressOf = ({ privileged }: Question, instance: InstanceState, probe: Probe): string =>
  probeAddress(privileged ? triedProbe(instance, 'check', probe) : probe);

export function checksOf(asked: Question, instance: InstanceState): CheckStatus[] {
  const { check } = asked.context.classOf(instance).definition;
  return (instance.checks ?? []).flatMap(({ index, failures, answer, fault, unhealthySince }) => {
    const probe = check[index];
    if (!probe) return [];
    const isUnsure = failures > 0 || fault !== undefined || instance.state !== 'running';
    return {
      check: addressOf(asked, instance, probe),
      healthy: unhealthySince !== undefined ? false : isUnsure ? null : true,
      failures,
      answer: fault ?? answer ?? null,
      unhealthySince: unhealthySince ?? null,
    };
  });
}

/** The time of the last input, and what has passed since. */
function wallNow({ context, nowMs }: Question): number {
  return context.wallMs + Math.max(0, nowMs - context.nowMs);
}

/** `check http://localhost/healthz has failed for 2 minutes: HTTP 503`; null: it is healthy, as far as that is known. */
export function unhealthyText(asked: Question, instance: InstanceState): string | null {
  const texts = checksOf(asked, instance).flatMap(({ check, unhealthySince, answer }) => {
    if (unhealthySince === null) return [];
    const span = durationText(wallNow(asked) - unhealthySince);
    return `check ${check} has failed${span ? ` for ${span}` : ''}${answer === null ? '' : `: ${answer}`}`;
  });
  return texts.length > 0 ? texts.join('; ') : null;
}

/** `check http://localhost/healthz failed 1 of 3 times in a row …: HTTP 503`: for explanations, what may become worse. */
export function checkHints(asked: Question, instance: InstanceState): string[] {
  const { check, checkFailures, checkAction } = asked.context.classOf(instance).definition;
  return (instance.checks ?? []).flatMap(({ index, failures, answer, fault, unhealthySince }) => {
    const address = check[index] ? addressOf(asked, instance, check[index]) : '';
    if (fault !== undefined) return `check ${address} is not tried: ${fault}`;
    if (failures === 0 || unhealthySince !== undefined) return [];
    const then = checkAction === 'restart' ? 'it is restarted' : 'it is unhealthy';
    return `check ${address} failed ${failures} of ${checkFailures} times in a row, after which ${then}: ${answer}`;
  });
}
