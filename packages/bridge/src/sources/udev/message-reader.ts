/** Reads what `udevadm monitor --property` and `udevadm info --export-db` print: properties a line each, an empty line behind a device. */
import { decodeText } from '@upstart/common';

/** The longest message. The kernel's have 2 KiB, those of udev a little more. */
export const MAX_MESSAGE_BYTES = 2 ** 18;

const LINE_END = 0x0a;
const PROPERTY = /^(?:E: )?([^=\s][^=]*)=(.*)$/s;

export class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #properties = new Map<string, string>();
  #bytes = 0;

  /** Takes the next bytes of the output; returns the messages that they complete. Lines that are no properties are skipped. */
  read(chunk: Buffer): ReadonlyMap<string, string>[] {
    const messages: ReadonlyMap<string, string>[] = [];
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    for (let end = data.indexOf(LINE_END); end >= 0; end = data.indexOf(LINE_END)) {
      const line = data.subarray(0, end);
      data = data.subarray(end + 1);
      if (line.length > 0) this.#take(line);
      else {
        const properties = this.#next();
        if (properties.size > 0) messages.push(properties);
      }
    }
    this.#rest = data.length <= MAX_MESSAGE_BYTES ? Buffer.from(data) : Buffer.alloc(0);
    return messages;
  }

  #take(line: Buffer): void {
    this.#bytes += line.length;
    if (this.#bytes > MAX_MESSAGE_BYTES) return;
    const [, key, value] = PROPERTY.exec(decodeText(line)) ?? [];
    if (key !== undefined && value !== undefined) this.#properties.set(key, value);
  }

  #next(): ReadonlyMap<string, string> {
    const properties = this.#properties;
    this.#properties = new Map();
    this.#bytes = 0;
    return properties;
  }
}
