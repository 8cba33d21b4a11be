/** The dashboard (`packages/dashboard`), a file of its own: only its command loads it, and its server. */

export type Dashboard = typeof import('@upstart/dashboard');

export const loadDashboard = (): Promise<Dashboard> => import('@upstart/dashboard');
