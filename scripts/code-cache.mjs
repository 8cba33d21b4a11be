/**
 * Takes the code cache out of a start-up snapshot. Node puts that of all of its own modules, about 3 MB, behind the heap, and each process
 * that begins with the snapshot reads it into its memory. The modules that the program uses are part of the heap, with their functions
 * compiled, so the cache is only good for modules that are loaded later, and those compile without it. Node's own setting for this
 * (`withoutCodeCache`) drops the compiled functions of the heap as well.
 */

/** The most modules, and the longest name of one. */
const MAX_MODULES = 4096;
const MAX_NAME = 256;
/** Of a count or a length: 64 bits, the lower byte first. */
const NUMBER = 8;

/**
 * The snapshot without its code cache; null if it has none at its end. That is a count and as many modules: a length and the name, a length
 * and the code. Nothing else reads as that up to the very last byte, so no other part of the format has to be known.
 * @param {Buffer} snapshot
 */
export function withoutCodeCache(snapshot) {
  for (let at = 0; at + 2 * NUMBER <= snapshot.length; at++) {
    // Only the lower two bytes of a count and the lowest of a length are used.
    if (snapshot[at + 2] !== 0 || snapshot[at + NUMBER + 2] !== 0 || !isCodeCache(snapshot, at)) continue;
    return Buffer.concat([snapshot.subarray(0, at), Buffer.alloc(NUMBER)]);
  }
  return null;
}

/**
 * @param {Buffer} snapshot
 * @param {number} start
 */
function isCodeCache(snapshot, start) {
  let at = start;
  const number = () => {
    if (at + NUMBER > snapshot.length) return Number.POSITIVE_INFINITY;
    const value = snapshot.readUInt32LE(at) + snapshot.readUInt32LE(at + 4) * 2 ** 32;
    at += NUMBER;
    return value;
  };
  const modules = number();
  if (modules === 0 || modules > MAX_MODULES) return false;
  for (let i = 0; i < modules; i++) {
    const length = number();
    if (length === 0 || length > MAX_NAME || !isName(snapshot.subarray(at, at + length), length)) return false;
    at += length;
    const size = number();
    at += size;
  }
  return at === snapshot.length;
}

/** @param {Buffer} bytes */
const isName = (bytes, length) => bytes.length === length && bytes.every((byte) => byte > 0x20 && byte < 0x7f);
