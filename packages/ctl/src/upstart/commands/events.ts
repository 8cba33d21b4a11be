/** `upstart events`: prints events and state changes as they come. */
import { globMatches } from '@upstart/common';
import type { Notification } from '@upstart/protocol';
import { followNotifications } from '../../notifications.ts';
import { frontCommand, JSON_OPTION } from '../command.ts';

export const events = frontCommand({
  name: 'events',
  words: '[JOB..]',
  wordKind: 'job',
  summary: 'Show what happens, as it happens, until interrupted: events, and what jobs and their processes do.',
  options: JSON_OPTION,
  examples: [
    ['events', 'shows everything'],
    ["events web 'worker*'", 'shows what happens to these jobs'],
    ['events --json | jq \'select(.event == "failed")\'', 'prints an object a line, for programs'],
  ],
  isLocal: () => true,
  run(call) {
    const { words, options } = call;
    const json = options.json === true;
    return followNotifications(
      call,
      words.length === 0 ? { json } : { json, isWanted: (notification) => isAbout(notification, words) },
    );
  },
});

/** Whether a notification is about a job that a pattern matches, or about init itself. */
function isAbout(notification: Notification, patterns: readonly string[]): boolean {
  if (notification.event === 'restarted' || notification.event === 'outgoing') return true;
  const job = 'job' in notification ? notification.job : jobOf(notification.env);
  if (job === null) return false;
  const instance = 'instance' in notification ? `${job}/${notification.instance}` : job;
  return patterns.some((pattern) => globMatches(pattern, job) || globMatches(pattern, instance));
}

/** The job that an event is about, such as `started`. */
function jobOf(env: readonly string[]): string | null {
  return env.find((variable) => variable.startsWith('JOB='))?.slice('JOB='.length) ?? null;
}
