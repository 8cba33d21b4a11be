/** How much tests try at random, and how large the texts are. The long form, which `.ci/run` has, sets UPSTART_PROPERTY_RUNS. */
const { UPSTART_PROPERTY_RUNS: runs } = process.env;

/** How many runs a property gets. */
export const PROPERTY_RUNS = Number(runs ?? 100);

/** Texts of the largest size are this part of it: all of it in the long form. */
export const PART_OF_TEXT = runs === undefined ? 1 / 4 : 1;
