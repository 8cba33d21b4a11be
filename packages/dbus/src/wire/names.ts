/** The syntax of names in messages (D-Bus specification: "Valid Names", "Valid Object Paths"). */
import { SPECIFIED } from '../limits.ts';

const PATH = /^\/(?:[A-Za-z0-9_]+(?:\/[A-Za-z0-9_]+)*)?$/;
const DOTTED = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+$/;
const MEMBER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const BUS_NAME = /^(?::[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+|[A-Za-z_-][A-Za-z0-9_-]*(?:\.[A-Za-z_-][A-Za-z0-9_-]*)+)$/;

const limited = (pattern: RegExp) => (name: string) => name.length <= SPECIFIED.nameBytes && pattern.test(name);

export const isObjectPath = (path: string): boolean => PATH.test(path);
/** Of an interface or an error. */
export const isInterface = limited(DOTTED);
export const isMember = limited(MEMBER);
export const isBusName = limited(BUS_NAME);
