/**
 * Reads the job files of the folders in the JSON list on standard input, and prints the configurations of the jobs as JSON, like a daemon.
 */
import { readFileSync } from 'node:fs';
import { standardStreams } from '@upstart/common';
import type { JobsRead } from '@upstart/protocol';
import { definitionsIn } from '../conf/definitions-in.ts';
import { jobConfig } from '../engine/requests/job-config.ts';

const warnings: string[] = [];
const configs = definitionsIn(JSON.parse(readFileSync(0, 'utf8')) as string[], warnings).map(jobConfig);
standardStreams.out(JSON.stringify({ configs, warnings } satisfies JobsRead));
