import { expect, it } from 'vitest';
import { expectLinear } from '../../../test/processor-time.ts';
import { signedNumber, unsignedNumber } from './numbers.ts';

it('reads zeros before a number in time that grows with their count', () => {
  const zeros = '0'.repeat(500_000);
  expectLinear(() => {
    expect(signedNumber(`${zeros}7`, 0, 9)).toBe(7);
    expect(signedNumber(`-${zeros}`, -1, 9)).toBe(0);
    expect(signedNumber(`${zeros}x`, 0, 9)).toBeNull();
    expect(unsignedNumber(`${zeros}17`, 8)).toBe(15n);
    expect(unsignedNumber(`${zeros}8`, 8)).toBeNull();
  });
});
