/** When udev has written its file on a device, in microseconds of its clock. It notes no time of a device that it has nothing else to note of. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicUs } from '../../clock.ts';

const US_PER_MS = 1000;

/** `folder`: that of udev's files. null: there is none of the device. */
export function notedUs(folder: string, device: ReadonlyMap<string, string>): number | null {
  const name = fileOf(device);
  const found = name === null ? undefined : statSync(join(folder, name), { throwIfNoEntry: false });
  return found ? monotonicUs() - (Date.now() - found.mtimeMs) * US_PER_MS : null;
}

/** Devices with a node have its numbers, network interfaces that of the interface. */
function fileOf(device: ReadonlyMap<string, string>): string | null {
  const [major, minor, index] = ['MAJOR', 'MINOR', 'IFINDEX'].map((key) => device.get(key));
  if (major !== undefined && minor !== undefined)
    return `${device.get('SUBSYSTEM') === 'block' ? 'b' : 'c'}${major}:${minor}`;
  return index === undefined ? null : `n${index}`;
}
