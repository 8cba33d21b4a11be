import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Followed } from './batch.ts';
import { Delivery } from './delivery.ts';
import type { Position } from './reading/position.ts';
import { Tail } from './reading/tail.ts';
import type { LogRecord } from './record.ts';
import { SendError, type Sender } from './senders/sender.ts';

/** Answers each call in turn: null takes all. */
class PlayedSender implements Sender {
  readonly maxTextBytes = 1000;
  readonly taken: string[] = [];
  readonly answers: (SendError | null)[] = [];
  isBad: (record: LogRecord) => boolean = () => false;

  async send(records: readonly LogRecord[]): Promise<void> {
    if (records.some(this.isBad)) throw new SendError('bad', { isFinal: true });
    const answer = this.answers.shift() ?? null;
    this.taken.push(...records.slice(0, answer?.taken ?? records.length).map(({ text }) => text));
    if (answer !== null) throw answer;
  }

  close(): void {}
}

let folder: string;
let sender: PlayedSender;
let warnings: string[];
let saved: Position[];
let delivery: Delivery;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upstart-delivery-'));
  sender = new PlayedSender();
  warnings = [];
  saved = [];
});
afterEach(async () => {
  await delivery.close();
  rmSync(folder, { recursive: true });
});

function deliver(texts: readonly string[], queueBytes = 1e6): Promise<void> {
  const path = join(folder, 'web.log');
  writeFileSync(path, texts.map((text) => `${text}\n`).join(''));
  const failed = (): void => {};
  const tail = new Tail({ label: 'web', path }, null, {
    ...{ sinceMs: 0, failed },
    dropped: (bytes) => delivery.dropped(bytes),
  });
  const followed: Followed = { tail, job: 'web', instance: '', labels: [] };
  return new Promise((idle) => {
    delivery = new Delivery(
      {
        ...{ name: 'played', sender, queueBytes, idle },
        logs: () => [followed],
        save: (positions) => void saved.push(...positions.values()),
        changed: () => {},
        warn: (text) => void warnings.push(text),
      },
      new Map(),
    );
    delivery.look();
  });
}

const LINES = ['one', 'two', 'three', 'four'];

test('what was taken is not sent again after a failure, and the rest is', async () => {
  sender.answers.push(new SendError('gone', { taken: 3 }));
  await deliver(LINES);
  expect(sender.taken).toEqual(LINES);
  expect(delivery.report).toMatchObject({ state: 'running', sentLines: 4, failures: 1, droppedBytes: 0 });
  expect(warnings).toEqual(['played: gone; trying again', 'played takes logs again']);
  await delivery.close();
  expect(saved.at(-1)).toMatchObject({ offset: 19 });
});

test('a record that is never taken harms no other', async () => {
  sender.isBad = ({ text }) => text === 'two';
  await deliver(LINES);
  expect(sender.taken).toEqual(['one', 'three', 'four']);
  expect(delivery.report.droppedBytes).toBeGreaterThan(0);
  expect(warnings).toEqual(['played rejects a line, which is dropped: bad']);
});

test('records that were rejected behind an answer are not sent again', async () => {
  sender.answers.push(new SendError('it has rejected 1 records', { taken: 4 }));
  await deliver(LINES);
  expect(sender.taken).toEqual(LINES);
  expect(delivery.report).toMatchObject({ state: 'running', failures: 1 });
});
