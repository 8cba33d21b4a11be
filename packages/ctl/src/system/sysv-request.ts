/** The request by which the init of System V is asked for another run level (reference: system §4.4). */

const SIZE = 384;
const MAGIC = 0x03091969;
const CHANGE_RUNLEVEL = 1;
/** Seconds that it leaves processes between SIGTERM and SIGKILL. */
const SLEEP_TIME_S = 5;

export function sysvRequest(level: string): Buffer {
  const request = Buffer.alloc(SIZE);
  request.writeInt32LE(MAGIC, 0);
  request.writeInt32LE(CHANGE_RUNLEVEL, 4);
  request.writeInt32LE(level.charCodeAt(0), 8);
  request.writeInt32LE(SLEEP_TIME_S, 12);
  return request;
}
