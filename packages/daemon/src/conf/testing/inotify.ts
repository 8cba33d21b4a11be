/** The output of the program conf-watch, for stand-ins of it. */
export const IN_CLOSE_WRITE = 0x8;
export const IN_CREATE = 0x100;
export const IN_DELETE = 0x200;
export const IN_Q_OVERFLOW = 0x4000;
export const IN_IGNORED = 0x8000;

/** A struct inotify_event, its name padded as the kernel does it. */
export function event(watch: number, mask: number, name: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(name);
  const record = Buffer.alloc(16 + (bytes.length === 0 ? 0 : Math.ceil((bytes.length + 1) / 16) * 16));
  record.writeInt32LE(watch, 0);
  record.writeUInt32LE(mask, 4);
  record.writeUInt32LE(record.length - 16, 12);
  record.set(bytes, 16);
  return record;
}

/** An answer to a request. */
export const answer = (number: number): Buffer => event(number, 0);

/** Bytes as printf takes them. */
export function octal(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
