import { AddressError, ConnectionError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { and, config, event, or, run, type World, web } from '../testing/commands.ts';

describe('check-config', () => {
  const db = config('db', { emits: ['net-up'], startOn: or(event('net-up'), event('started', 'JOB=web')) });
  const half = config('half', { startOn: or(event('web-ready'), event('stopped', 'nobody')) });
  const lost = config('lost', { startOn: and(event('nothing-known'), event('started', 'db')) });
  const answers = {
    config: [web, db, half, lost],
    brokenFiles: [{ path: '/x.conf', job: 'x', line: null, message: 'no' }],
  };
  const check = async (words: string, world: World = {}): Promise<[string, number]> => {
    const { out, err, status } = await run(`initctl check-config${words}`, { answers, ...world });
    return [out + err, status];
  };

  it('complains of conditions that cannot be met', async () => {
    expect(await check('')).toEqual(['lost\n  start on: unknown event nothing-known\n', 1]);
    expect(await check(' web')).toEqual(['', 0]);
    expect(await check(' -w half')).toEqual(['half\n  start on: unknown job nobody\n', 1]);
    expect(await check(' lost --ignore-events=nothing-known')).toEqual(['', 0]);
    expect(await check(' -i rescue,nothing-known')).toEqual(['', 0]);
    expect(await check(' -i nothing-* lost')).toEqual(['lost\n  start on: unknown event nothing-known\n', 1]);
    expect(await check(' --warn -i rescue web')).toEqual(['web\n  stop on: unknown event runlevel\n', 1]);
    expect(await check(' nowhere')).toEqual(['initctl: Invalid job class: nowhere\n', 1]);
  });

  it('names right operands before left ones', async () => {
    const both = config('both', { stopOn: or(or(event('runlevel'), event('started', 'nobody')), event('gone')) });
    expect(await check('', { answers: { config: [both] } })).toEqual([
      'both\n  stop on: unknown event gone\n  stop on: unknown job nobody\n  stop on: unknown event runlevel\n',
      1,
    ]);
  });

  it.each([
    ['an or below an or', or(event('runlevel'), or(event('gone'), event('lost'))), ['gone', 'lost', 'runlevel'], 1],
    ['an and below an or', or(event('session'), and(event('startup'), event('gone'))), ['gone', 'session'], 1],
    [
      'an and deep inside',
      or(event('startup'), or(event('startup'), and(event('gone'), event('startup')))),
      ['gone'],
      1,
    ],
    ['only ors with a good side', or(event('gone'), and(event('startup'), or(event('startup'), event('lost')))), [], 0],
  ])('minds each operator, wherever it stands: %s', async (_name, startOn, unknown, status) => {
    const [text, exit] = await check('', { answers: { config: [config('x', { startOn })] } });
    expect(
      text
        .split('\n')
        .flatMap((line) => line.match(/unknown event (.*)/)?.[1] ?? [])
        .sort(),
    ).toEqual(unknown);
    expect(exit).toBe(status);
  });

  it('knows that sessions end', async () => {
    const ends = { answers: { config: [config('x', { startOn: event('session-end') })] } };
    expect((await check('', ends))[1]).toBe(1);
    expect((await check('', { ...ends, env: { UPSTART_SESSION: 'unix:path=/x' } }))[1]).toBe(0);
    expect((await check(' --user', ends))[1]).toBe(0);
  });

  it.each([new ConnectionError('no daemon'), new AddressError('no daemon')])(
    'does not fail where no daemon runs: %s',
    async (error) => {
      expect(await check('', { answers: { config: error } })).toEqual(['initctl: no daemon\n', 0]);
    },
  );

  it('lists broken files to people', async () => {
    const world = { terminal: { out: true }, env: { NO_COLOR: '1' } };
    expect(await check(' -i nothing-known', world)).toEqual(['/x.conf: no\n', 0]);
  });
});
