/** When timers are due. Pure: no clock; the time zone where none is named is that of the process. */

export { spreadMs } from './spread.ts';
export { firstTurn, isFixedTime, type Turn, turnAfter } from './turns.ts';
