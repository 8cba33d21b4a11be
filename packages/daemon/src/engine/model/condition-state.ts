/**
 * The progress of a condition (reference: events §6). The nodes of the tree in post-order: operands before their
 * operator, left before right, so that one walk over the array evaluates the tree.
 */
import { type Condition, type GlobBudget, globMatches } from '@upstart/common';
import type { Recipients } from '@upstart/protocol';
import { ExpansionLimitError, expand } from '../environment/expand.ts';

/** `event` is the id of the event that satisfied the node, which the node blocks until the condition is reset; 0: none. */
export interface EventNode {
  op: 'event';
  name: string;
  args: readonly string[];
  event: number;
}
/** `left` and `right` are positions in the array. */
export interface OperatorNode {
  op: 'and' | 'or';
  left: number;
  right: number;
}
export type ConditionState = (EventNode | OperatorNode)[];

/** The remaining steps of matching. */
export interface MatchBudget extends GlobBudget {
  /** The error of an expansion that was too long. */
  tooLong?: string;
}

/** The parts of an event that conditions match. */
export interface OfferedEvent {
  id: number;
  name: string;
  env: readonly string[];
  only?: Recipients;
}

interface OwnConditions {
  stopOn: ConditionState | null;
  restartOn?: ConditionState;
  reloadOn?: ConditionState;
}

/** The conditions of an instance, with the keywords of their stanzas. */
export function* conditionsOf({
  stopOn,
  restartOn,
  reloadOn,
}: OwnConditions): Generator<[stanza: string, condition: ConditionState]> {
  if (stopOn) yield ['stop on', stopOn];
  if (restartOn) yield ['restart on', restartOn];
  if (reloadOn) yield ['reload on', reloadOn];
}

/** A condition without any satisfied node. */
export function newConditionState(condition: Condition): ConditionState {
  const nodes: ConditionState = [];
  const add = (tree: Condition): number => {
    if (tree.op === 'event') return nodes.push({ op: 'event', name: tree.name, args: tree.args, event: 0 }) - 1;
    const left = add(tree.left);
    const right = add(tree.right);
    return nodes.push({ op: tree.op, left, right }) - 1;
  };
  add(condition);
  return nodes;
}

/**
 * Offers an event to the nodes that are not satisfied yet, and returns the nodes that it satisfies. Values are expanded from
 * `env`. A value that cannot be expanded does not match; once the budget is used up, nothing matches.
 */
export function offerEvent(
  nodes: ConditionState,
  event: OfferedEvent,
  env: readonly string[],
  budget: MatchBudget,
): EventNode[] {
  const matched: EventNode[] = [];
  for (const node of nodes) {
    if (node.op !== 'event' || node.event !== 0 || node.name !== event.name) continue;
    if (event.only && !areEqual(event.only.args, node.args)) continue;
    if (!argumentsMatch(node, event.env, env, budget)) continue;
    node.event = event.id;
    matched.push(node);
  }
  return matched;
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

/** Whether the condition as a whole is true. */
export function isTrue(nodes: ConditionState): boolean {
  return valuesOf(nodes).at(-1) ?? false;
}

/** The value of each node, at its position. */
function valuesOf(nodes: ConditionState): boolean[] {
  const values: boolean[] = [];
  for (const node of nodes) {
    if (node.op === 'event') values.push(node.event !== 0);
    else if (node.op === 'and') values.push(Boolean(values[node.left] && values[node.right]));
    else values.push(Boolean(values[node.left] || values[node.right]));
  }
  return values;
}

/** The satisfied nodes, in the order of the text. */
export function satisfiedNodes(nodes: ConditionState): EventNode[] {
  return nodes.filter((node): node is EventNode => node.op === 'event' && node.event !== 0);
}

/**
 * The satisfied nodes that make the condition true, in the order of the text. Satisfied nodes below an operator that is false
 * are not among them.
 */
export function decidingNodes(nodes: ConditionState): EventNode[] {
  const decides = valuesOf(nodes);
  // From the root down, since an operator stands behind its operands.
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as ConditionState[number];
    if (node.op !== 'event' && !decides[i]) decides[node.left] = decides[node.right] = false;
  }
  return nodes.filter((node, i): node is EventNode => node.op === 'event' && decides[i] === true);
}

/** The event of the file bridge, and its variable for what a condition asks for (reference: bridges §4.5). */
const FILE_EVENT = 'file';
const FILE = 'FILE';

/** The arguments of one operand against the variables of an event (reference: events §6.2). */
function argumentsMatch(
  { name, args }: EventNode,
  eventEnv: readonly string[],
  env: readonly string[],
  budget: MatchBudget,
): boolean {
  const limits = { stanza: 'stop on', budget };
  let cursor = 0;
  for (const argument of args) {
    budget.steps -= 1 + (argument.length >> 4);
    const { key, negated, value } = splitArgument(argument);
    if (key !== null) {
      cursor = eventEnv.findIndex((entry) => entry.startsWith(`${key}=`));
      budget.steps -= (cursor < 0 ? eventEnv.length : cursor) >> 1;
      if (cursor < 0) return false;
    }
    const entry = eventEnv[cursor++];
    if (entry === undefined || budget.steps < 0) return false;
    let pattern: string;
    try {
      pattern = expand(value, env, limits);
    } catch (error) {
      if (error instanceof ExpansionLimitError) budget.tooLong = error.message;
      return false;
    }
    const actual = entry.slice(entry.indexOf('=') + 1);
    // What happens to the files of a pattern is reported with the pattern itself, which need not match itself: `[ab]`.
    const isSame = name === FILE_EVENT && key === FILE && pattern === actual;
    if ((isSame || globMatches(pattern, actual, budget)) === negated || budget.steps < 0) return false;
  }
  return true;
}

/**
 * `KEY=VALUE`, `KEY!=VALUE` or a positional `VALUE`. The operator is the first `=`, and it is negated by a `!` right
 * before it; a `!=` further on belongs to the value.
 */
function splitArgument(argument: string): { key: string | null; negated: boolean; value: string } {
  const equals = argument.indexOf('=');
  if (equals < 0) return { key: null, negated: false, value: argument };
  const negated = argument[equals - 1] === '!';
  return { key: argument.slice(0, negated ? equals - 1 : equals), negated, value: argument.slice(equals + 1) };
}
