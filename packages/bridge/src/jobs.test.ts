import { type JobConfig, type Notification, UpstartError } from '@upstart/protocol';
import { expect, test } from 'vitest';
import { Jobs } from './jobs.ts';
import type { OperandChanges } from './source.ts';

/** An init with jobs, by the arguments of their `file` conditions. */
class FakeInit {
  readonly jobs = new Map<string, { file?: string[]; stop?: string[] }>();
  readonly changes: string[] = [];
  readonly asked: (string | null)[] = [];
  readonly followed: OperandChanges[] = [];
  readonly tracked: Jobs;
  #tell: (notification: Notification) => void = () => {};

  constructor() {
    const client = {
      call: async (_method: string, { job }: { job: string | null }) => {
        this.asked.push(job);
        if (job === null) return [...this.jobs.keys()].map((name) => this.#config(name));
        if (!this.jobs.has(job)) throw new UpstartError('unknown-job', `Unknown job: ${job}`);
        return [this.#config(job)];
      },
      watch: async (listener: (notification: Notification) => void) => {
        this.#tell = listener;
      },
      close: () => {},
    };
    this.tracked = new Jobs(
      client as never,
      (event) => event === 'file',
      (changes) => void this.followed.push(changes),
    );
  }

  begin(): Promise<void> {
    return this.tracked.begin(
      (error) => {
        throw error;
      },
      () => {},
    );
  }

  async tell(...notifications: Notification[]): Promise<void> {
    for (const notification of notifications) this.#tell(notification);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The changes since the last call, in words. */
  take(): string[] {
    const words = (sign: string, changes: OperandChanges['added']) =>
      changes.map(({ job, stanza, args }) => `${sign}${job} ${stanza} ${args.join(' ')}`);
    return this.followed.splice(0).flatMap(({ added, removed }) => [...words('-', removed), ...words('+', added)]);
  }

  #config(job: string): JobConfig {
    const { file, stop } = this.jobs.get(job) ?? {};
    const other = { op: 'event', name: 'other', args: [] } as const;
    const start = file
      ? ({ op: 'and', left: other, right: { op: 'event', name: 'file', args: file } } as const)
      : other;
    return {
      job,
      startOn: start,
      stopOn: stop ? { op: 'event', name: 'file', args: stop } : null,
    } as unknown as JobConfig;
  }
}

const replaced = (job: string): Notification[] => [
  { event: 'job-removed', job },
  { event: 'job-added', job },
];

test('operands come, change and go with their jobs', async () => {
  const init = new FakeInit();
  init.jobs.set('one', { file: ['FILE=/a'], stop: ['FILE=/b'] });
  init.jobs.set('none', {});
  await init.begin();
  expect(init.take()).toEqual(['+one start on FILE=/a', '+one stop on FILE=/b']);
  init.jobs.set('two', { file: ['FILE=/c'] });
  await init.tell({ event: 'job-added', job: 'two' });
  init.jobs.set('one', { file: ['FILE=/z'], stop: ['FILE=/b'] });
  await init.tell(...replaced('one'));
  expect(init.take()).toEqual(['+two start on FILE=/c', '-one start on FILE=/a', '+one start on FILE=/z']);
  init.jobs.delete('one');
  await init.tell({ event: 'job-removed', job: 'one' });
  expect(init.take()).toEqual(['-one start on FILE=/z', '-one stop on FILE=/b']);
  expect(init.tracked.operands().map(({ job }) => job)).toEqual(['two']);
});

test('a definition that is replaced by the same one changes nothing, and its operand stays the same object', async () => {
  const init = new FakeInit();
  init.jobs.set('one', { file: ['FILE=/a'] });
  await init.begin();
  const [operand] = init.tracked.operands();
  init.take();
  await init.tell(...replaced('one'));
  expect(init.take()).toEqual([]);
  expect(init.tracked.operands()[0]).toBe(operand);
  init.jobs.delete('one');
  await init.tell({ event: 'job-removed', job: 'one' });
  expect(init.followed[0]?.removed[0]).toBe(operand);
});

test('after a restart of the daemon, and for many jobs, all are asked for at once', async () => {
  const init = new FakeInit();
  init.jobs.set('one', { file: ['FILE=/a'] });
  await init.begin();
  init.jobs.delete('one');
  init.jobs.set('two', { file: ['FILE=/b'] });
  init.asked.length = 0;
  await init.tell({ event: 'restarted' });
  expect(init.take()).toEqual(['+one start on FILE=/a', '-one start on FILE=/a', '+two start on FILE=/b']);
  await init.tell(...Array.from({ length: 20 }, (_, i): Notification => ({ event: 'job-added', job: `j${i}` })));
  expect(init.asked.filter((job) => job !== null).length).toBeLessThanOrEqual(1);
});
