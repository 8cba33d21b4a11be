import type { RootCause } from '@upstart/protocol';
import { expect, test } from 'vitest';
import { paletteFor } from './colour.ts';
import { troubleLines } from './troubles.ts';

const cause = (more: Partial<RootCause>): RootCause => ({
  ...{ kind: 'failed', job: 'db', instance: '', text: 'db failed: main process (7) terminated with status 3' },
  ...{ affected: 0, waiting: [] },
  ...more,
});

test('names the jobs that wait, as many as fit in a line', () => {
  const jobs = Array.from({ length: 9 }, (_, i) => `j${i}`);
  const lines = troubleLines(
    {
      causes: [
        cause({
          affected: 60,
          waiting: [
            { for: '`started db`', jobs: jobs.slice(0, 8), count: 8 },
            { for: '`a\u001b[2J`', jobs, count: 50 },
            { for: '`b`', jobs: ['one'], count: 1 },
          ],
        }),
        cause({ kind: 'event', job: null, text: '`x` has not come' }),
      ],
      dropped: 3,
    },
    paletteFor(false, {}),
  );
  expect(lines).toEqual([
    'db failed: main process (7) terminated with status 3',
    '  j0, j1, j2, j3, j4, j5, j6, j7 wait for `started db`',
    '  j0, j1, j2, j3, j4, j5, j6, j7 and 42 more wait for `a\\x1b[2J`',
    '  one waits for `b`',
    '  and 1 more wait',
    '`x` has not come',
    'and 3 more, which `upstart ps` shows',
  ]);
});
