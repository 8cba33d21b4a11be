/** The tables of docs/convert.md, made from those that the translations work with. */
import { NOT_IN_CONTAINERS } from '../../packages/convert/src/container/rest.ts';
import { PROGRAM_ROWS } from '../../packages/convert/src/supervisord/program-rows.ts';
import { SETTING_ROWS } from '../../packages/convert/src/systemd/export/setting-rows.ts';
import { RESTARTS } from '../../packages/convert/src/systemd/import/exits.ts';
import { TYPES } from '../../packages/convert/src/systemd/import/processes.ts';
import { DIRECTIVE_ROWS } from '../../packages/convert/src/systemd/import/setting-rows.ts';
import { START_TESTS } from '../../packages/convert/src/systemd/import/start-tests.ts';
import { SESSION_MILESTONES, SYSTEM_MILESTONES } from '../../packages/convert/src/systemd/milestones.ts';
import type { Fidelity } from '../../packages/convert/src/translation.ts';

const WORDS: Readonly<Record<Fidelity, string>> = {
  exact: 'exact',
  approximated: 'approximated',
  refused: 'not expressed',
};

const code = (text: string): string => (text === '' ? '–' : `\`${text.replaceAll('|', '\\|')}\``);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

interface Row {
  readonly name: string;
  readonly becomes: string;
  readonly fidelity: Fidelity;
  readonly note?: string | undefined;
}

/** Rows that differ in their names alone are one. */
function grouped(rows: readonly Row[]): string[][] {
  const groups = new Map<string, { names: string[]; row: Row }>();
  for (const row of rows) {
    const key = row.note === undefined ? row.name : `${row.becomes} ${row.fidelity} ${row.note}`;
    const group = groups.get(key) ?? { names: [], row };
    group.names.push(row.name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ names, row: { becomes, fidelity, note = '' } }) => [
    names.map(code).join(', '),
    code(becomes),
    WORDS[fidelity],
    note,
  ]);
}

const HEAD = ['becomes', '', 'how, or why not'];

/** By the heading that stands above each. */
export const TABLES: Readonly<Record<string, string>> = {
  'Settings of units': table(
    ['directive', ...HEAD],
    grouped(DIRECTIVE_ROWS.filter(({ key }) => !key.startsWith('X-')).map((row) => ({ ...row, name: `${row.key}=` }))),
  ),
  'Kinds of services': table(
    ['`Type=`', 'becomes', 'how'],
    Object.entries(TYPES).map(([type, { becomes, note = '' }]) => [code(type), code(becomes), note]),
  ),
  Restarts: table(
    ['`Restart=`', 'becomes', 'how'],
    Object.entries(RESTARTS).map(([value, note]) => [
      code(value),
      value === 'no' ? '–' : value === 'always' ? '`respawn`' : '`respawn`, `normal exit`',
      note ?? '',
    ]),
  ),
  'Conditions of units': table(
    ['`Condition…=`, `Assert…=`', 'in pre-start'],
    Object.entries(START_TESTS).map(([name, test]) => [code(name), code(test('VALUE'))]),
  ),
  'Targets and events': table(
    ['event', 'target', 'to the target', 'to the event'],
    [...SYSTEM_MILESTONES, ...SESSION_MILESTONES.map((row) => ({ ...row, target: `${row.target} (session)` }))].map(
      ({ event, target, toTarget, toEvent }) => [code(event), code(target), toTarget ?? '–', toEvent ?? '–'],
    ),
  ),
  'Stanzas as directives': table(
    ['stanza', ...HEAD],
    grouped(SETTING_ROWS.map((row) => ({ ...row, name: row.stanza, becomes: row.directives }))),
  ),
  'Keys of supervisord': table(['key', ...HEAD], grouped(PROGRAM_ROWS.map((row) => ({ ...row, name: row.key })))),
  'Not in containers': table(
    ['stanza', 'why not'],
    NOT_IN_CONTAINERS.map(({ stanza, why }) => [code(stanza), why]),
  ),
};
