import { describe, expect, it } from 'vitest';
import { Complaints } from './complaints.ts';

describe('complaints', () => {
  it('are logged once for each reason of one trouble, and again in the next one', () => {
    const logged: string[] = [];
    let nowMs = 1000;
    const complaints = new Complaints({ warn: (text) => void logged.push(text) }, () => nowMs);
    for (let n = 0; n < 10; n++) {
      complaints.add('no answer');
      complaints.add('not enabled');
      nowMs += 60_000;
    }
    expect(logged).toEqual(['no answer', 'not enabled']);
    nowMs += 1;
    complaints.add('no answer');
    expect(logged).toEqual(['no answer', 'not enabled', 'no answer']);
  });
});
