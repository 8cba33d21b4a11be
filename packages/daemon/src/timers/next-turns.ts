/** When timers are due next, a bundle of its own: a daemon whose jobs have no timers never loads it. */
export { firstTurn, spreadMs } from '@upstart/timers';
