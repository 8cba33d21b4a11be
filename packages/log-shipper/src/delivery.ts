/** Brings the output of jobs to one target: batches, retries with backoff, a bound for what waits, and durable positions. */
import { systemErrorText } from '@upstart/common';
import type { LogTargetReport } from '@upstart/protocol';
import { type Batch, type Followed, nextBatch } from './batch.ts';
import type { Position } from './reading/position.ts';
import { SendError, type Sender } from './senders/sender.ts';

export const FIRST_PAUSE_MS = 1000;
export const LAST_PAUSE_MS = 60_000;
/** Pauses differ by so much, so that many machines do not come back at once. */
const JITTER = 0.1;
/** A target that takes nothing for so long is called slow. */
const SLOW_MS = 10_000;
/** Positions are saved so often, at most. */
const SAVE_MS = 1000;

export interface DeliveryParts {
  readonly name: string;
  readonly sender: Sender;
  readonly queueBytes: number;
  /** The logs that are sent there, at present. */
  logs(): Iterable<Followed>;
  /** Keeps the positions behind what was delivered, by the labels of logs. Throws the error of the system. */
  save(positions: ReadonlyMap<string, Position>): void;
  /** All that is there was sent. */
  idle(): void;
  /** The report is another one. */
  changed(): void;
  warn(text: string): void;
}

export class Delivery {
  readonly #parts: DeliveryParts;
  /** Behind what was delivered. */
  readonly #positions: Map<string, Position>;
  #state: LogTargetReport['state'] = 'running';
  #reason: string | null = null;
  #sinceMs = Date.now();
  /** More has waited than may: the oldest output is dropped. */
  #isFull = false;
  #sentLines = 0;
  #droppedBytes = 0;
  #failures = 0;
  /** What waits in logs, as far as that was looked at, and what was read and is not delivered. */
  #backlogBytes = 0;
  #pendingBytes = 0;
  #turn = 0;
  #unreadable = '';
  #pauseMs = FIRST_PAUSE_MS;
  #work: Promise<void> | null = null;
  #isWanted = false;
  #isOver = false;
  #wake: () => void = () => {};
  #saving: NodeJS.Timeout | undefined;
  #saysUnsaved = true;

  constructor(parts: DeliveryParts, positions: ReadonlyMap<string, Position>) {
    this.#parts = parts;
    this.#positions = new Map(positions);
  }

  get report(): LogTargetReport {
    return {
      ...{ name: this.#parts.name, state: this.#state, reason: this.#reason, sentLines: this.#sentLines },
      ...{ droppedBytes: this.#droppedBytes, failures: this.#failures, since: this.#sinceMs },
      ...(this.#isFull ? { isFull: true } : {}),
      backlogBytes: this.#backlogBytes + this.#pendingBytes,
    };
  }

  /** The position behind what was delivered of a log. */
  positionOf(label: string): Position | undefined {
    return this.#positions.get(label);
  }

  /** There may be new output. */
  look(): void {
    this.#isWanted = true;
    if (this.#state === 'retrying') void this.#bound().catch(() => {});
    this.#work ??= this.#run().finally(() => {
      this.#work = null;
      if (this.#isWanted && !this.#isOver) this.look();
    });
  }

  /** So many bytes of a log will never be sent. */
  dropped(bytes: number): void {
    if (bytes === 0) return;
    this.#droppedBytes += bytes;
    this.#parts.changed();
  }

  /** A log cannot be read. The same again is not worth another line. */
  unreadable(path: string, error: unknown): void {
    const text = `unable to read ${path}: ${systemErrorText(error)}`;
    if (text === this.#unreadable) return;
    this.#unreadable = text;
    this.#parts.warn(text);
  }

  /** Resolves when all that is there was sent, or the target does not take it. */
  async drained(): Promise<void> {
    while (this.#work !== null && this.#state === 'running') await Promise.race([this.#work, nextTurn()]);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    this.#wake();
    for (const { tail } of this.#parts.logs()) await tail.close();
    this.#save();
    this.#parts.sender.close();
  }

  async #run(): Promise<void> {
    do {
      this.#isWanted = false;
      for (let batch = await this.#next(); batch !== null; batch = await this.#next()) {
        this.#pendingBytes = batch.bytes;
        await this.#deliver(batch);
        this.#pendingBytes = 0;
        if (this.#isOver) return;
        for (const [label, position] of batch.positions) this.#positions.set(label, position);
        this.#saving ??= setTimeout(() => this.#save(), SAVE_MS);
      }
    } while (this.#isWanted);
    this.#parts.idle();
    if (this.#backlogBytes !== 0) {
      this.#backlogBytes = 0;
      this.#parts.changed();
    }
  }

  #next(): Promise<Batch | null> {
    const failed = (path: string, error: unknown): void => this.unreadable(path, error);
    // Each time another one is first, so that none waits for those that write all the time.
    const logs = [...this.#parts.logs()];
    const first = this.#turn++ % Math.max(1, logs.length);
    const inTurn = [...logs.slice(first), ...logs.slice(0, first)];
    return nextBatch(inTurn, this.#parts.sender.maxTextBytes, failed);
  }

  async #deliver({ records, bytes }: Batch): Promise<void> {
    let left = records;
    let most = left.length;
    while (left.length > 0 && !this.#isOver) {
      const slow = setTimeout(() => this.#slow(), SLOW_MS);
      const part = left.slice(0, most);
      try {
        await this.#parts.sender.send(part);
        left = left.slice(part.length);
        this.#sent(part.length);
        most = left.length;
      } catch (error) {
        const { taken, isFinal, pauseMs } = error instanceof SendError ? error : new SendError(String(error));
        left = left.slice(taken);
        this.#sent(taken);
        this.#failures++;
        if (left.length === 0) continue;
        if (isFinal && part.length - taken > 1) {
          // One of them is bad: the others are not to suffer for it.
          most = Math.ceil((part.length - taken) / 2);
          continue;
        }
        if (isFinal) {
          const share = Math.ceil(bytes / records.length);
          this.#parts.warn(`${this.#parts.name} rejects a line, which is dropped: ${messageOf(error)}`);
          this.dropped(share);
          left = left.slice(1);
          most = left.length;
          continue;
        }
        this.#set('retrying', messageOf(error));
        await this.#pause(pauseMs);
      } finally {
        clearTimeout(slow);
      }
    }
  }

  /** What waits is bounded, also when nothing more comes. */
  #slow(): void {
    this.#set('retrying', 'it takes nothing at present');
    void this.#bound().catch(() => {});
  }

  #sent(lines: number): void {
    if (lines === 0) return;
    this.#sentLines += lines;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#set('running', null);
    this.#parts.changed();
  }

  async #pause(wantedMs: number): Promise<void> {
    // Nothing is held open meanwhile: a log that is removed is to give its space back.
    for (const { tail } of this.#parts.logs()) await tail.close();
    await this.#bound();
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    const pauseMs = Math.max(wantedMs, this.#pauseMs * jitter);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LAST_PAUSE_MS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Leaves out the oldest output of the logs that wait with the most, where all together have more than they may. */
  async #bound(): Promise<void> {
    const waiting = [...this.#parts.logs()].map(({ tail }) => ({ tail, bytes: tail.backlog() }));
    let total = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { tail, bytes } of waiting.sort((one, other) => other.bytes - one.bytes)) {
      const excess = total - this.#parts.queueBytes;
      if (excess <= 0) break;
      this.#isFull = true;
      await tail.skip(Math.min(excess, bytes));
      total -= bytes - tail.backlog();
    }
    if (total === this.#backlogBytes) return;
    this.#backlogBytes = total;
    this.#parts.changed();
  }

  #set(state: LogTargetReport['state'], reason: string | null): void {
    if (state === this.#state && reason === this.#reason) return;
    const { name, warn } = this.#parts;
    if (state !== this.#state)
      warn(state === 'running' ? `${name} takes logs again${this.#droppedText()}` : `${name}: ${reason}; trying again`);
    if (state !== this.#state) this.#sinceMs = Date.now();
    if (state === 'running') this.#isFull = false;
    this.#state = state;
    this.#reason = reason;
    this.#parts.changed();
  }

  #droppedText(): string {
    return this.#droppedBytes === 0 ? '' : `; ${this.#droppedBytes} bytes were dropped so far`;
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    try {
      this.#parts.save(this.#positions);
      this.#saysUnsaved = true;
    } catch (error) {
      // What was sent since is sent again by the next log shipper, at worst.
      if (this.#saysUnsaved)
        this.#parts.warn(`unable to save how far ${this.#parts.name} has got: ${messageOf(error)}`);
      this.#saysUnsaved = false;
    }
  }
}

/** Of several addresses of a host, that of the first one. */
function messageOf(error: unknown): string {
  return systemErrorText(error instanceof AggregateError ? error.errors[0] : error);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
