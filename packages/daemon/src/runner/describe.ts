/** The log lines and notifications of an effect. A text is only made if it has a reader. */
import type { Notification } from '@upstart/protocol';
import type { Effect } from '../engine/model/messages.ts';
import { displayName } from '../engine/model/state.ts';
import type { Log } from '../log/log.ts';

export function describeEffect(
  effect: Effect,
  log: Omit<Log, 'child'>,
  notify: ((notification: Notification) => void) | null,
): void {
  switch (effect.type) {
    case 'log':
      log.write(effect.priority, effect.text, effect.about);
      return;
    case 'goal':
    case 'state': {
      const { type, job, instance, from, to } = effect;
      if (log.enabled('info')) {
        const text = `${displayName(job, instance)} ${type} changed from ${from} to ${to}`;
        log.write('info', text, { job, instance, [type]: to });
      }
      notify?.({ event: type, job, instance, [type]: to } as Notification);
      return;
    }
    case 'process': {
      const { job, instance, slot, pid } = effect;
      if (log.enabled('info')) {
        log.write('info', `${displayName(job, instance)} ${slot} process (${pid})`, { job, instance, slot, pid });
      }
      notify?.({ event: 'process', job, instance, slot, pid });
      return;
    }
    case 'notify':
      notify?.(effect.notification);
  }
}
