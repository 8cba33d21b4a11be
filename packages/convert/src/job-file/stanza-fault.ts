/** Stanzas that no init would read: a foreign file may hold any value. */
import { JobFileError, parseJob } from '@upstart/job-language';

/** Why no init reads the stanza; null: it does. */
export function faultOf(text: string): string | null {
  try {
    parseJob(`${text}\n`, { name: 'job', path: 'job' });
    return null;
  } catch (error) {
    if (!(error instanceof JobFileError)) throw error;
    return error.message;
  }
}

/** The first word of a stanza. */
export const stanzaName = (text: string): string => text.split(/[ \n]/)[0] ?? '';
