/** From a message of udev to the event for it (reference: bridges §2). Pure. */

export interface DeviceEvent {
  readonly name: string;
  readonly env: readonly string[];
}

/** What the actions of most messages are called in events. Others keep their name: `net-device-move`. */
const ACTIONS: Readonly<Record<string, string>> = { add: 'added', change: 'changed', remove: 'removed' };

/** Properties that stand first, in this order: conditions give their values by position. */
const FIRST = ['KERNEL', 'DEVPATH', 'DEVNAME', 'SUBSYSTEM', 'ACTION'] as const;

/** The event for the properties of a message; null for one without an action or subsystem. `keepsAll`: characters are not stripped. */
export function deviceEvent(properties: ReadonlyMap<string, string>, keepsAll: boolean): DeviceEvent | null {
  const action = properties.get('ACTION');
  const subsystem = properties.get('SUBSYSTEM');
  if (!action || !subsystem) return null;
  const clean = keepsAll ? (text: string) => text : asciiOnly;
  const all = new Map(properties);
  const devpath = properties.get('DEVPATH');
  // The kernel writes a slash in the name of a device as `!`.
  if (devpath !== undefined) all.set('KERNEL', devpath.slice(devpath.lastIndexOf('/') + 1).replaceAll('!', '/'));
  const node = properties.get('DEVNAME');
  if (node !== undefined) all.set('DEVNAME', node.startsWith('/') ? node : `/dev/${node}`);
  const rest = [...all.keys()].filter((key) => !FIRST.some((first) => first === key)).sort();
  const env = [...FIRST, ...rest].flatMap((key) => {
    const value = all.get(key);
    const name = clean(key);
    return value === undefined || name === '' || name.includes('=') ? [] : [`${name}=${clean(value)}`];
  });
  return { name: clean(`${subsystem}-device-${ACTIONS[action] ?? action}`), env };
}

/** The text without what is neither asciiOnly nor blank in ASCII. */
function asciiOnly(text: string): string {
  return text.replace(/[^\t\x20-\x7e]/g, '');
}
