/** The variables of a `dbus` event (reference: bridges §5). */
import type { BusSignal } from '@upstart/dbus';
import { endOfCheckedType } from '@upstart/dbus/signature';

const INTEGERS = 'nqiuxt';
const TEXTS = 'so';

/** Signals of init itself, on which jobs that wait for signals would run in a circle. */
export const isOfInit = ({ interface: name = '' }: Pick<BusSignal, 'interface'>): boolean =>
  /^com\.ubuntu\.Upstart0_6(?:\.|$)/.test(name);

/** `bus`: the value of BUS; null: there is none. */
export function signalVariables(signal: BusSignal, bus: string | null): string[] {
  const { member, interface: name, path, sender, destination, signature } = signal;
  const named: [string, string | null | undefined][] = [
    ['SIGNAL', member],
    ['BUS', bus],
    ['INTERFACE', name],
    ['OBJPATH', path],
    ['SENDER', sender],
    ['DESTINATION', destination],
  ];
  const header = named.flatMap(([key, value]) => (value == null ? [] : [`${key}=${value}`]));
  const values = signal.args();
  const args = typesOf(signature).flatMap((type, index) => {
    const text = textOfValue(type, values[index]);
    return text === null ? [] : [`ARG${index}=${text}`];
  });
  return [...header, ...args];
}

/** The text of a simple value; other types are counted, and have no variable. */
function textOfValue(type: string, value: unknown): string | null {
  if (TEXTS.includes(type) || INTEGERS.includes(type)) return String(value);
  if (type === 'd') return Number(value).toFixed(6);
  return type === 'b' ? (value ? 'TRUE' : 'FALSE') : null;
}

/** The complete types of a signature, which has been checked. */
function typesOf(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const end = endOfCheckedType(signature, at);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}
