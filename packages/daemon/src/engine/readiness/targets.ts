/** What the prober is to try: probes of a job's file with their variables expanded. */
import {
  type AddressProbe,
  hasAddress,
  type Probe,
  type ProbeTarget,
  probeTarget,
  probeText,
  withProbeText,
} from '@upstart/job-language';
import { ExpansionError, expand } from '../environment/expand.ts';
import type { InstanceState } from '../model/state.ts';

/** The target of a probe that connects to an address, or why there is none. */
export function addressTarget(
  instance: Pick<InstanceState, 'env'>,
  stanza: 'ready' | 'check',
  probe: AddressProbe,
): ProbeTarget | string {
  const expanded = expandedProbe(instance, stanza, probe);
  return typeof expanded === 'string' ? expanded : probeTarget(expanded);
}

/** The probe with its variables expanded, or why that is not possible. */
export function expandedProbe(
  { env }: Pick<InstanceState, 'env'>,
  stanza: 'ready' | 'check',
  probe: AddressProbe,
): AddressProbe | string {
  const text = probeText(probe);
  if (!text.includes('$')) return probe;
  try {
    return withProbeText(probe, expand(text, env, { stanza: `${stanza} ${probe.kind}` }));
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error;
    return error.message;
  }
}

/** The probe as it is tried, for those who may see the variables of the instance. */
export function triedProbe(instance: Pick<InstanceState, 'env'>, stanza: 'ready' | 'check', probe: Probe): Probe {
  if (!hasAddress(probe)) return probe;
  const expanded = expandedProbe(instance, stanza, probe);
  return typeof expanded === 'string' ? probe : expanded;
}
