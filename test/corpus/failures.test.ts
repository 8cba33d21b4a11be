/**
 * Forty of the real job files boot as process 1 of namespaces, with stubs for their programs, some of which fail, hang or are missing
 * (UPSTART_CORPUS): `upstart ps --failed` names exactly those that failed by what the stubs have noted, and `upstart explain` groups them by cause.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import type { Troubles } from '../../packages/protocol/src/index.ts';
import { SystemInit } from '../control/system-init.ts';
import { eventually } from '../eventually.ts';
import { whyNoOtherUsers } from '../session/product.ts';
import { expectGrouped } from './grouping.ts';
import { BOOT, chosen } from './harmless.ts';
import { Stubs } from './stubs.ts';

const corpus = process.env.UPSTART_CORPUS;
const reason = corpus === undefined ? 'UPSTART_CORPUS names no corpus' : whyNoOtherUsers();

/** A file that the original rejects, which is always among them. */
const BROKEN = 'restorecond';

/** What some job has failed by in the end. */
const SUFFERINGS = ['main 3', 'main SEGV', 'main absent', 'pre-start 4', 'pre-start absent'];

test.skipIf(reason !== null)(
  `ps --failed names those that failed in a boot, and explain their causes${reason === null ? '' : ` (skipped: ${reason})`}`,
  async () => {
    const folder = join(corpus ?? '', 'jobs');
    // As the original has recorded it.
    const errors = readFileSync(join(corpus ?? '', 'errors.txt'), 'utf8');
    const broken = [...errors.matchAll(/^init:(?:\S*\/)?([^/\s]+)\.conf:\d+: /gm)].map(([, job = '']) => job);
    const files = new Map<string, string>(chosen(folder));
    files.set(BROKEN, `broken/${BROKEN}.conf`);
    const rejected = [...files.keys()].filter((job) => broken.includes(job));

    const init = await SystemInit.start({}, ['--no-startup-event']);
    try {
      const stubs = new Stubs(init.product);
      let number = 0;
      for (const [job, file] of files) {
        const text = readFileSync(join(folder, file), 'latin1');
        // What is rejected runs nothing.
        init.product.place('conf', {
          [`${job}.conf`]: rejected.includes(job) ? text : stubs.fileOf(job, text, number++),
        });
      }
      for (const job of stubs.withoutMain()) {
        init.product.place('conf', {
          [`behind-${job}.conf`]: `start on started ${job}\nexec sleep 1000\n`,
          [`farther-${job}.conf`]: `start on started behind-${job}\nexec sleep 1000\n`,
        });
      }
      await init.shell('initctl reload-configuration');
      for (const event of BOOT) await init.shell(`initctl emit --no-wait ${event}`);

      const json = async <T>(words: string): Promise<T> =>
        JSON.parse((await init.shell(`upstart ${words} --json`)).stdout) as T;
      const named = async (): Promise<string[]> =>
        [...new Set((await json<{ job: string }[]>('ps --failed')).map(({ job }) => job))].sort();
      /** A job whose instance has no name runs nothing, either: of that only the log knows. */
      const refused = (): string[] =>
        [...init.said.matchAll(/^init: Failed to obtain (\S+) instance/gm)].map(([, job = '']) => job);
      const failed = (): string[] => [...new Set([...rejected, ...refused(), ...stubs.failed()])].sort();

      const suffered = (): string[] => stubs.sufferings(stubs.failed());
      // Some may be about to fail: what is compared is of one moment.
      const { names, troubles } = await eventually('all has happened, and they agree', async () => {
        const before = await named();
        const found = { names: before, troubles: await json<Troubles>('explain') };
        const isOneMoment = isDeepStrictEqual(before, await named()) && isDeepStrictEqual(before, failed());
        return SUFFERINGS.every((one) => suffered().includes(one)) && isOneMoment && found;
      });
      expect(rejected).toContain(BROKEN);
      expect((await init.shell('upstart ps --failed')).status).toBe(1);
      expectGrouped(troubles, names);
      const down = stubs.withoutMain().filter((job) => names.includes(job));
      for (const job of down) {
        const waiting = troubles.causes.find((cause) => cause.job === job)?.waiting.flatMap(({ jobs }) => jobs);
        expect({ job, waiting }).toEqual({ job, waiting: expect.arrayContaining([`behind-${job}`, `farther-${job}`]) });
      }
      expect(down.length).toBeGreaterThan(1);
    } finally {
      await init.stop();
    }
  },
);
