// What the header of a program says.
const MAGIC = Buffer.from('\x7fELF', 'latin1');
/** Names the loader of shared libraries. */
const PT_INTERP = 3;

export const isElf = (bytes) => bytes.subarray(0, MAGIC.length).equals(MAGIC);

/** Whether a program needs no shared libraries. */
export function isStatic(bytes) {
  const is64 = bytes[4] === 2;
  const isLittle = bytes[5] === 1;
  const half = (at) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const word = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const long = (at) => Number(isLittle ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  const begin = is64 ? long(32) : word(28);
  const size = half(is64 ? 54 : 42);
  const count = half(is64 ? 56 : 44);
  return Array.from({ length: count }, (_, index) => word(begin + index * size)).every((type) => type !== PT_INTERP);
}
