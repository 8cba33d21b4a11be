/** Calls that were sent over a connection to a bus, until they are answered. */
import { DBusError, failed, received } from './errors.ts';
import type { Sender } from './sender.ts';
import { type Header, MESSAGE_TYPES, type Outgoing, type Value } from './wire/message.ts';
import type { Received } from './wire/message-stream.ts';

interface PendingCall {
  /** Throws unless these are the types of an answer to the call. */
  check(signature: string): void;
  resolve(body: readonly Value[]): void;
  reject(error: Error): void;
}

export class PendingCalls {
  readonly #sender: Sender;
  /** By their serial numbers. */
  readonly #calls = new Map<number, PendingCall>();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Sends the call and resolves with the arguments of its answer, whose types `check` has accepted. Rejects with a `DBusError`, or as
   * `check` and `end` say.
   */
  call(message: Omit<Outgoing, 'type'>, check: PendingCall['check'] = () => {}): Promise<readonly Value[]> {
    return new Promise((resolve, reject) => {
      const serial = this.#sender.send({ ...message, type: MESSAGE_TYPES.call });
      this.#calls.set(serial, { check, resolve, reject });
    });
  }

  /** Takes an answer, or an error. Others are ignored, and so is an answer to no call. */
  answered(message: Received): void {
    if (message.type !== MESSAGE_TYPES.reply && message.type !== MESSAGE_TYPES.error) return;
    const call = this.#take(message);
    try {
      if (message.type === MESSAGE_TYPES.error) throw errorOf(message);
      call?.check(message.signature);
      call?.resolve(message.args());
    } catch (error) {
      call?.reject(error instanceof DBusError ? error : failed('The answer has a file descriptor'));
    }
  }

  /** An answer was longer than messages may be. */
  tooLong(header: Header): void {
    this.#take(header)?.reject(failed('The answer is too long'));
  }

  /** No more answers come. */
  end(error: Error): void {
    for (const call of this.#calls.values()) call.reject(error);
    this.#calls.clear();
  }

  #take({ replySerial = 0 }: Header): PendingCall | undefined {
    const call = this.#calls.get(replySerial);
    this.#calls.delete(replySerial);
    return call;
  }
}

function errorOf({ errorName = '', signature, args }: Received): DBusError {
  return received(errorName, signature.startsWith('s') ? String(args()[0]) : errorName);
}
