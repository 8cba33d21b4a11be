import { expect, it } from 'vitest';
import { run } from '../testing/run.ts';

/** The tests' clock is at 200 s. */
const soon = {
  job: 'web',
  stanza: 'start on',
  args: ['CRON=0 3 * * *', 'ZONE=UTC'],
  due: 500_000,
  next: 500_000,
  fault: null,
};
const never = {
  job: 'worker-log',
  stanza: 'restart on',
  args: ['EVRY=5m'],
  due: null,
  next: null,
  fault: 'a timer has no EVRY=',
};
const answers = { timers: () => [soon, never] };

const two = (number: number): string => String(number).padStart(2, '0');
const at = new Date(500_000);
const time = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;

it('shows the next turn of each timer', async () => {
  const { status, out } = await run('timers', answers);
  expect(status).toBe(0);
  expect(out.split('\n')).toEqual([
    'NEXT                 IN         JOB         TIMER',
    `${time}  5 minutes  web         start on timer CRON="0 3 * * *" ZONE=UTC`,
    '-                    -          worker-log  restart on timer EVRY=5m: never due: a timer has no EVRY=',
    '',
  ]);
  expect((await run('timers')).out).toBe('There are no timers.\n');
});

it('shows those of some jobs, and prints fields', async () => {
  expect(JSON.parse((await run('timers worker* --json', answers)).out)).toEqual([never]);
  const { status, err } = await run('timers nowhere', answers);
  expect(status).toBe(4);
  expect(err).toContain('nowhere');
});

it('ps shows the next turn of what a timer starts', async () => {
  const { out } = await run('ps', answers);
  expect(out).toMatch(/^web .*next turn in 5 minutes$/m);
  expect(out.match(/next turn/g)).toHaveLength(1);
  expect(JSON.parse((await run('ps web --json', answers)).out)[0]).toMatchObject({ nextTurn: 500_000 });
});
