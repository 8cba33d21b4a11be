/** The version of all of the project's programs. */
export const VERSION = '2.0.0';
