/** Devices and the network as events: those of the boot, and a disk that is plugged in. */
import type { Machine } from './machine.ts';
import { inOrder } from './order.ts';
import type { Report } from './report.ts';

/** Seconds until a device is noticed. */
const PATIENCE = 10;

export async function tellOfDevices(machine: Machine, report: Report): Promise<void> {
  const { console, slowness } = machine;
  const comes = async (line: string): Promise<void> => {
    await console.until(new RegExp(`boot-test: ${line}\n`), 0, PATIENCE * slowness).catch(() => {});
    report.nothingWrong(`an event of a device: ${line}`, inOrder(console.since(0), [`boot-test: ${line}\n`]));
  };
  for (const line of ['card eth0 added', 'eth0 up, static', 'terminal /dev/ttyS0 added']) await comes(line);
  const cards = console.since(0).match(/boot-test: card/g) ?? [];
  report.equal('a device has one event', cards.join('\n'), 'boot-test: card');
  await machine.plug();
  await comes('disk /dev/nvme1n1 added');
  await report.comesToSay('its job runs', 'initctl status disk | cut -d, -f1', 'disk start/running');
  await machine.unplug();
  await comes('disk /dev/nvme1n1 removed');
  await report.comesToSay('its job has ended', 'initctl status disk', 'disk stop/waiting');
}
