import { upstartError } from '@upstart/protocol';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/eventually.ts';
import { Caller } from './caller.ts';
import { LIMITS } from './limits.ts';
import { FakeDaemon } from './testing/fake-daemon.ts';
import { MESSAGE_TYPES, type Outgoing, type Value } from './wire/message.ts';
import type { Received } from './wire/message-stream.ts';

const MANAGER = { path: '/com/ubuntu/Upstart', interface: 'com.ubuntu.Upstart0_6' };

class World {
  readonly daemon: FakeDaemon;
  readonly sent: Outgoing[] = [];
  readonly caller: Caller;
  full = false;
  #serial = 0;

  constructor(answers: FakeDaemon['answers']) {
    this.daemon = new FakeDaemon(answers);
    this.caller = new Caller({
      host: this.daemon,
      client: this.daemon.client(),
      send: (message) => void this.sent.push(message),
      isFull: () => this.full,
      advanced: () => {},
    });
  }

  call(member: string, signature = '', body: readonly Value[] = [], more: Partial<Received> = {}): void {
    const serial = ++this.#serial;
    const type = MESSAGE_TYPES.call;
    this.caller.push({ ...MANAGER, type, flags: 0, serial, member, signature, bytes: 100, args: () => body, ...more });
  }

  async replies(count: number): Promise<Outgoing[]> {
    await eventually(() => this.sent.length >= count);
    return this.sent;
  }
}

const emit = (world: World, wait: boolean): void => world.call('EmitEvent', 'sasb', ['ev', [], wait]);

describe('the calls of a caller', () => {
  it('are answered in order, but for those that wait', async () => {
    let finish = (): void => {};
    const world = new World({
      emit: ({ wait }) => (wait ? new Promise((resolve) => (finish = () => resolve(null))) : null),
      version: () => 'init (upstart 9)',
    });
    emit(world, true);
    emit(world, false);
    world.call('NotifyDiskWriteable', 's', ['x']);
    expect((await world.replies(2)).map(({ replySerial, errorName }) => [replySerial, errorName])).toEqual([
      [2, undefined],
      [3, 'org.freedesktop.DBus.Error.InvalidArgs'],
    ]);
    finish();
    expect((await world.replies(3))[2]).toMatchObject({ type: MESSAGE_TYPES.reply, replySerial: 1 });
    expect(world.daemon.calls.map(([method]) => method)).toEqual(['emit', 'emit']);
  });

  it('may ask for no reply, and are carried out', async () => {
    const world = new World({ emit: () => null, notifyDiskWriteable: () => null });
    world.call('EmitEvent', 'sasb', ['ev', [], false], { flags: 1 });
    world.call('NotifyDiskWriteable');
    expect(await world.replies(1)).toMatchObject([{ replySerial: 2 }]);
    expect(world.daemon.calls).toHaveLength(2);
  });

  it('get the errors of the daemon by their names', async () => {
    const world = new World({
      config: () => {
        throw upstartError('unknown-job', 'nope');
      },
    });
    world.call('GetJobByName', 's', ['nope']);
    world.call('GetJobByName', 's', ['nope'], { sender: ':1.2' });
    expect(await world.replies(2)).toMatchObject([
      { type: MESSAGE_TYPES.error, errorName: 'com.ubuntu.Upstart0_6.Error.UnknownJob', body: ['Unknown job: nope'] },
      { destination: ':1.2' },
    ]);
  });

  it('log a bug, and answer it', async () => {
    const world = new World({});
    world.call('NotifyDiskWriteable');
    const [answer] = await world.replies(1);
    expect(answer).toMatchObject({ errorName: 'org.freedesktop.DBus.Error.Failed' });
    expect(world.daemon.lines[0]).toContain('no answer to notifyDiskWriteable');
  });

  it('wait while the caller does not read', async () => {
    const world = new World({ notifyDiskWriteable: () => null });
    world.full = true;
    for (let i = 0; i < LIMITS.queuedCalls - 1; i++) world.call('NotifyDiskWriteable');
    expect(world.caller.hasNoRoom).toBe(false);
    world.call('NotifyDiskWriteable');
    expect(world.caller.hasNoRoom).toBe(true);
    expect(world.daemon.calls).toHaveLength(0);
    world.full = false;
    await world.caller.proceed();
    expect(world.sent).toHaveLength(LIMITS.queuedCalls);
    expect(world.caller.isIdle).toBe(true);
  });

  it('are limited in how many wait for something', async () => {
    const world = new World({ emit: () => new Promise(() => {}) });
    for (let i = 0; i < LIMITS.waitingCalls; i++) emit(world, true);
    await eventually(() => world.daemon.calls.length === LIMITS.waitingCalls);
    expect(world.sent).toHaveLength(0);
    emit(world, true);
    expect(await world.replies(1)).toMatchObject([{ errorName: 'org.freedesktop.DBus.Error.LimitsExceeded' }]);
    expect(world.daemon.calls).toHaveLength(LIMITS.waitingCalls);
  });

  it('end with the caller', async () => {
    let finish = (): void => {};
    const world = new World({ emit: () => new Promise((resolve) => (finish = () => resolve(null))) });
    emit(world, true);
    await eventually(() => world.daemon.calls.length === 1);
    world.caller.close();
    finish();
    world.call('NotifyDiskWriteable');
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.sent).toHaveLength(0);
    expect(world.daemon.calls).toHaveLength(1);
  });
});
