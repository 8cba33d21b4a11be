/** The frames of a supervisor, damaged, at the daemon's end. The other end is in `native/supervisor-frames.c`. */
import { FrameDecoder } from '../../packages/daemon/src/supervisor/frame-decoder.ts';
import { FrameError } from '../../packages/daemon/src/supervisor/frames.ts';
import type { Random } from '../chaos/random.ts';
import { Corpus } from './corpus.ts';
import { blaming, type Fuzzer, mutate } from './fuzzer.ts';

/** Frames of a supervisor: one of each type with fields by choice. */
function received(random: Random): Buffer {
  const types = [32, 33, 34, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77];
  return Buffer.concat(
    Array.from({ length: random.below(6, 1) }, () => {
      const tags = Array.from({ length: random.below(9) }, () => random.below(18, 1));
      const fields = tags.map((tag) =>
        field(tag, tag === 6 || tag === 14 ? Buffer.from('/some/path') : number(random)),
      );
      const body = Buffer.concat(fields);
      const header = Buffer.alloc(16);
      header.writeUInt32LE(body.length, 0);
      header.writeUInt16LE(random.pick(types), 4);
      header.writeUInt16LE(1, 6);
      header.writeBigUInt64LE(BigInt(random.below(100)), 8);
      return Buffer.concat([header, body]);
    }),
  );
}

function number(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(random.below(2 ** 16)) - 2n ** 15n);
  return bytes;
}

function field(tag: number, value: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(tag, 0);
  header.writeUInt32LE(value.length, 4);
  return Buffer.concat([header, value]);
}

export const daemonEnd: Fuzzer = {
  name: 'supervisor-frames-daemon',
  inputsInTest: 20_000,
  async run(budget, random) {
    const corpus = new Corpus('supervisor-frames-daemon');
    let inputs = 0;
    for (; budget.take(); inputs++) {
      const input = random.chance(0.2) ? corpus.next(random) : mutated(received(random), random);
      await blaming(input, () => decode(input, random));
    }
    return inputs;
  },
};

const mutated = (frames: Buffer, random: Random): Buffer => (random.chance(0.5) ? mutate(frames, random) : frames);

/** In pieces; nothing but a FrameError may come of it. */
function decode(input: Buffer, random: Random): void {
  const decoder = new FrameDecoder();
  try {
    for (let at = 0; at < input.length; ) {
      const end = at + random.below(input.length, 1);
      decoder.push(input.subarray(at, end));
      at = end;
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
  }
}
