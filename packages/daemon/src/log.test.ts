import { describe, expect, it } from 'vitest';
import { prefixed } from './log.ts';

describe('the prefix of a log line', () => {
  it.each([
    ['svc main process (1) ended', 'init: svc main process (1) ended'],
    ['/etc/init/x.conf:3: Unknown stanza', 'init:/etc/init/x.conf:3: Unknown stanza'],
    ['word', 'init: word'],
    ['a b:c', 'init: a b:c'],
  ])('%s', (text, expected) => {
    expect(prefixed('init', text)).toBe(expected);
  });
});
