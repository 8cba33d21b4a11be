/** The common part of frames to and from the supervisor (packages/supervisor/PROTOCOL.md). */

/** A frame that the other side may not send. */
export class FrameError extends Error {
  override name = 'FrameError';
}

const TWO_TO_32 = 2 ** 32;

/** A signed number of 64 bits; not by way of BigInt, which takes several times as long. */
export function readNumber(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * TWO_TO_32 + bytes.readUInt32LE(at);
}

export function writeNumber(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_TO_32);
  bytes.writeUInt32LE(value - high * TWO_TO_32, at);
  bytes.writeInt32LE(high, at + 4);
}
