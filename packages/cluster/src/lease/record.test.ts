import { expect, it } from 'vitest';
import { leaseNameOf, placeKeys } from './record.ts';

it('has keys from which the names of leases can be read', () => {
  for (const name of ['web', 'a b', 'tty/1', '=', 'x.0', 'ü'])
    expect(placeKeys(name, 2).map(leaseNameOf)).toEqual([name, name]);
  expect(['drain.web', 'lease.web', 'lease.web.x', ''].map(leaseNameOf)).toEqual([null, null, null, null]);
});
