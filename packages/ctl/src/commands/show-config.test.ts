import { describe, expect, it } from 'vitest';
import { config, event, or, run, web } from '../testing/commands.ts';

describe('show-config', () => {
  it('prints conditions with all their parentheses', async () => {
    const ran = await run('initctl show-config web', { answers: { config: [web] } });
    expect(ran.calls).toEqual([['config', { job: 'web' }]]);
    expect(ran.out).toBe(
      'web\n  emits web-up\n  emits web-*\n' +
        '  start on ((net-up IFACE=lo and started db) or rescue)\n  stop on (runlevel [06] or stopping db)\n',
    );
  });

  it('lists events one by one with -e', async () => {
    const forms = config('forms', {
      startOn: or(
        or(
          or(or(event('started'), event('started', 'A=b')), event('starting', 'x', 'y')),
          event('stopping', 'A=b', 'JOB=c', 'D=e'),
        ),
        event('file', 'x=y', 'JOB=z'),
      ),
      stopOn: event('last'),
    });
    expect((await run('initctl show-config -e', { answers: { config: [web, forms, config('bare')] } })).out).toBe(
      'web\n  emits web-up\n  emits web-*\n' +
        '  start on net-up (job:, env: IFACE=lo)\n  start on started (job: db, env:)\n  start on rescue (job:, env:)\n' +
        '  stop on runlevel (job:, env: [06])\n  stop on stopping (job: db, env:)\n' +
        'forms\n  start on started (job:, env:)\n  start on started (job:, env: A=b)\n  start on starting (job: x, env: y)\n' +
        '  start on stopping (job: c, env: A=b D=e)\n  start on file (job:, env: x=y JOB=z)\n  stop on last (job:, env:)\n' +
        'bare\n',
    );
  });
});
