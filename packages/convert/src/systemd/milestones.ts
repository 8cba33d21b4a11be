/** Events that stand for a target of systemd, and targets that stand for an event: one table for both ways. */
import type { Fidelity } from '../translation.ts';

export interface Milestone {
  /** As in a condition. */
  readonly event: string;
  readonly target: string;
  /** Whether the row holds from the event to the target, and back; null: it is no row of that way. */
  readonly toTarget: Fidelity | null;
  readonly toEvent: Fidelity | null;
  /** A target that services are ordered behind; the others order themselves behind their services. */
  readonly isPassed: boolean;
}

const both = (event: string, target: string, isPassed = false): Milestone => ({
  ...{ event, target, isPassed },
  ...{ toTarget: 'exact', toEvent: 'exact' },
});
const nearTarget = (event: string, target: string, isPassed = false): Milestone => ({
  ...{ event, target, isPassed },
  ...{ toTarget: 'approximated', toEvent: null },
});
const nearEvent = (target: string, event: string, isPassed = false): Milestone => ({
  ...{ event, target, isPassed },
  ...{ toTarget: null, toEvent: 'approximated' },
});

/** Of the system. The first row of an event or a target counts. */
export const SYSTEM_MILESTONES: readonly Milestone[] = [
  both('startup', 'sysinit.target'),
  both('runlevel [2345]', 'multi-user.target'),
  both('runlevel 5', 'graphical.target'),
  both('runlevel 0', 'poweroff.target'),
  both('runlevel 6', 'reboot.target'),
  both('runlevel S', 'rescue.target'),
  both('local-filesystems', 'local-fs.target', true),
  both('filesystem', 'remote-fs.target', true),
  both('static-network-up', 'network-online.target', true),
  both('all-swaps', 'swap.target', true),
  both('control-alt-delete', 'ctrl-alt-del.target'),
  both('keyboard-request', 'kbrequest.target'),
  both('power-status-changed', 'sigpwr.target'),
  nearTarget('virtual-filesystems', 'sysinit.target'),
  nearTarget('remote-filesystems', 'remote-fs.target', true),
  nearTarget('net-device-up', 'network-online.target', true),
  nearTarget('desktop-session-start', 'graphical.target'),
  nearTarget('login-session-start', 'graphical.target'),
  nearTarget('runlevel', 'multi-user.target'),
  nearEvent('basic.target', 'startup'),
  nearEvent('default.target', 'runlevel [2345]'),
  nearEvent('getty.target', 'runlevel [2345]'),
  nearEvent('network.target', 'static-network-up', true),
  nearEvent('nss-lookup.target', 'static-network-up', true),
  nearEvent('time-sync.target', 'runlevel [2345]', true),
  nearEvent('sockets.target', 'startup'),
  nearEvent('timers.target', 'startup'),
  nearEvent('paths.target', 'startup'),
  nearEvent('local-fs-pre.target', 'startup', true),
  nearEvent('network-pre.target', 'local-filesystems', true),
  nearEvent('emergency.target', 'runlevel S'),
  nearEvent('shutdown.target', 'runlevel [06]'),
  nearEvent('halt.target', 'runlevel 0'),
  nearEvent('umount.target', 'runlevel [06]'),
  nearEvent('sysinit.target', 'startup'),
];

/** Of a session. */
export const SESSION_MILESTONES: readonly Milestone[] = [
  both('startup', 'default.target'),
  nearTarget('desktop-session-start', 'graphical-session.target'),
  nearTarget('xsession', 'graphical-session.target'),
  nearEvent('basic.target', 'startup'),
  nearEvent('graphical-session.target', 'desktop-session-start'),
  nearEvent('sockets.target', 'startup'),
  nearEvent('timers.target', 'startup'),
  nearEvent('paths.target', 'startup'),
];

/** Which init the jobs or units belong to. */
export type InitKind = 'system' | 'session';

const MILESTONES = { system: SYSTEM_MILESTONES, session: SESSION_MILESTONES } as const;

export function milestoneOfTarget(target: string, init: InitKind): Milestone | undefined {
  return MILESTONES[init].find((row) => row.target === target && row.toEvent !== null);
}

export function milestoneOfEvent(event: string, init: InitKind): Milestone | undefined {
  const rows = MILESTONES[init].filter(({ toTarget }) => toTarget !== null);
  const [name] = event.split(' ');
  return (
    rows.find((row) => row.event === event) ?? rows.find((row) => row.event === name && row.toTarget === 'approximated')
  );
}

/** The end of it all: what stops every job, as every unit is stopped at the shutdown. */
export const END_OF_INIT = { system: 'runlevel [!2345]', session: 'session-end' } as const;

/** Other ways to write it. */
export const ENDS_OF_INIT: readonly string[] = [
  ...[
    'runlevel [!2345]',
    'runlevel [016]',
    'runlevel [!12345]',
    'runlevel [06]',
    'runlevel [!S2345]',
    'runlevel [0126]',
  ],
  ...['runlevel 06', 'runlevel 016', 'session-end', 'runlevel [S016]', 'runlevel [016S]', 'runlevel [!2345S]'],
];
