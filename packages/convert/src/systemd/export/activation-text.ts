/** The text of a unit that activates a service: a socket, a timer or a path. */
import { UnitText } from '../unit/unit-file.ts';
import { type Activation, commonSettings } from './activation.ts';

export interface ActivationTexts {
  readonly description: string;
  /** The unit that it is stopped and restarted with; null: none. */
  readonly partOf: string | null;
  /** The service that it activates; null: the one of its own name. */
  readonly unit: string | null;
  readonly wantedBy: string;
}

const SECTIONS = { socket: 'Socket', timer: 'Timer', path: 'Path' } as const;

export function activationText(
  type: Activation['type'],
  activations: readonly Activation[],
  { description, partOf, unit: activated, wantedBy }: ActivationTexts,
): string {
  const unit = new UnitText([]);
  unit.add('Unit', 'Description', description);
  if (partOf !== null) unit.add('Unit', 'PartOf', partOf);
  const seen = new Set<string>();
  const { settings } = commonSettings(activations);
  for (const [key, value] of [...activations.flatMap((each) => each.lines), ...settings]) {
    if (!seen.has(`${key}=${value}`)) unit.add(SECTIONS[type], key, value);
    seen.add(`${key}=${value}`);
  }
  if (activated !== null) unit.add(SECTIONS[type], type === 'socket' ? 'Service' : 'Unit', activated);
  unit.add('Install', 'WantedBy', wantedBy);
  return unit.toString();
}
