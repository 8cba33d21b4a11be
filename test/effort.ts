/**
 * How much tests try at random, and how large the texts are. The long form, which `.ci/run` has, sets UPSTART_PROPERTY_RUNS; and
 * UPSTART_PROPERTY_SEED, so that it tries the same all day, and can be repeated.
 */
import fc from 'fast-check';

const { UPSTART_PROPERTY_RUNS: runs, UPSTART_PROPERTY_SEED: seed } = process.env;
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });

/** How many runs a property gets, each time with another seed if none is given; a failure prints it. */
export const PROPERTY_RUNS = Number(runs ?? 25);

/** Texts of the largest size are this part of it: all of it in the long form. */
export const PART_OF_TEXT = runs === undefined ? 1 / 16 : 1;

/** Of places that are tried one by one, one in so many is tried, each time others; all are in the long form. */
const STRIDE = runs === undefined ? 16 : 1;

/** The numbers below `end` that are tried. */
export function* someBelow(end: number): Generator<number> {
  for (let at = Math.floor(Math.random() * STRIDE); at < end; at += STRIDE) yield at;
}
