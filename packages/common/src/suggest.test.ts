import { describe, expect, it } from 'vitest';
import { nearest } from './suggest.ts';

describe('nearest', () => {
  const known = ['start', 'stop', 'status', 'restart'];
  it('finds what was probably meant', () => {
    expect(nearest('strat', known)).toBe('start');
    expect(nearest('stpo', known)).toBe('stop');
    expect(nearest('statsu', known)).toBe('status');
    expect(nearest('restartt', known)).toBe('restart');
  });
  it('finds nothing that is far away', () => {
    expect(nearest('emit', known)).toBeNull();
    expect(nearest('', known)).toBeNull();
    expect(nearest('start', [])).toBeNull();
  });
});
