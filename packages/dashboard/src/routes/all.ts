import { ABOUT } from './about.ts';
import { EVENTS } from './events.ts';
import { FILES } from './files.ts';
import { FLEET } from './fleet.ts';
import { JOBS } from './jobs.ts';
import { LOGS } from './logs.ts';
import { OUTLOOK } from './outlook.ts';
import type { Route } from './route.ts';

/** Below `/api/v1`. */
export const ROUTES: readonly Route[] = [...ABOUT, ...JOBS, ...FILES, ...LOGS, ...EVENTS, ...OUTLOOK, ...FLEET];
