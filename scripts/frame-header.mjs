// The frames between daemon and supervisor as a C header, made from the table that the daemon uses itself.

/** So many tags there can be: a set of fields is a number of 64 bits. */
const TAGS = 64;

/** Bytes of a field, where its kind says how many. */
const LENGTHS = { number: 8, limit: 3 * 8 };

/** The text of frame_table.h. `table`: the exports of frame-table.ts, and SPAWN_STEPS. */
export function frameHeader({ LIMITS, SUPERVISOR_LIMITS, FIELDS, SENT, GREETING, REPORTS, SPAWN_STEPS, CONSOLES }) {
  return [
    '/* Made from packages/daemon/src/supervisor/frame-table.ts by scripts/frame-header.mjs. */',
    '#ifndef FRAME_TABLE_H\n#define FRAME_TABLE_H\n',
    '#include <stdint.h>\n',
    ...Object.entries(LIMITS).map(([name, value]) => `#define ${name} ${literal(value)}`),
    '\n/* Other in tests. */',
    ...Object.entries(SUPERVISOR_LIMITS).map(
      ([name, value]) => `#ifndef ${name}\n#define ${name} ${literal(value)}\n#endif`,
    ),
    '',
    enumOf('frame_type', [
      ...namesAndNumbers('FRAME', { ...SENT, ...GREETING }, 'type'),
      ...namesAndNumbers('REPORT', REPORTS, 'type'),
    ]),
    enumOf('field_tag', namesAndNumbers('TAG', FIELDS, 'tag')),
    enumOf(
      'spawn_step',
      SPAWN_STEPS.map((name, number) => [cName('STEP', name), number]),
    ),
    enumOf(
      'console',
      CONSOLES.map((name, number) => [cName('CONSOLE', name), number]),
    ),
    '#endif\n',
  ].join('\n');
}

/** The text of frame_rules.h, which only the reader of frames includes. */
export function frameRules({ FIELDS, SENT }) {
  const kinds = [...new Set(Object.values(FIELDS).map(({ kind }) => cName('KIND', kind)))];
  return [
    '/* What a daemon may send. Made from packages/daemon/src/supervisor/frame-table.ts by scripts/frame-header.mjs. */',
    '#include <stdbool.h>\n#include <stdint.h>\n',
    '#include "frame_table.h"\n',
    `enum field_kind {\n${kinds.map((kind) => `\t${kind},\n`).join('')}};\n`,
    '/* Tags are smaller: a set of fields has a bit for each. */',
    `#define FIELD_TAGS ${TAGS}\n`,
    '/* By tag; 0 bytes is any length, the range is that of a number. */',
    arrayOf(
      'struct field_rule {\n\tenum field_kind kind;\n\tuint32_t length;\n\tint64_t least, most;\n} field_rules[FIELD_TAGS]',
      Object.entries(FIELDS).map(
        ([name, { kind, least, most }]) =>
          `[${cName('TAG', name)}] = {${cName('KIND', kind)}, ${LENGTHS[kind] ?? 0}, ${literal(least)}, ${literal(most)}}`,
      ),
    ),
    '/* By type; sets of fields, with a bit for each. */',
    '#define TAG_BIT(tag) (UINT64_C(1) << (tag))',
    arrayOf(
      'struct frame_rule {\n\tbool exists, is_command;\n\tuint64_t required, optional, repeated;\n} frame_rules[]',
      Object.entries(SENT).map(([name, { id, required = [], optional = [], repeated = [] }]) => {
        const sets = [required, optional, repeated].map((fields) => setOf(fields, FIELDS));
        return `[${cName('FRAME', name)}] = {true, ${id === 'command'}, ${sets.join(', ')}}`;
      }),
    ),
  ].join('\n');
}

/** `logPath` and `log-path` are LOG_PATH. */
function cName(prefix, name) {
  const words = name.replace(/[A-Z]/g, '-$&').split('-');
  return [prefix, ...words].filter(Boolean).join('_').toUpperCase();
}

const namesAndNumbers = (prefix, rows, key) =>
  Object.entries(rows).map(([name, row]) => [cName(prefix, name), row[key]]);

const literal = (number) => (Math.abs(number) < 2 ** 31 ? String(number) : `INT64_C(${number})`);

function setOf(names, fields) {
  if (names.some((name) => fields[name].tag >= TAGS)) throw new Error(`Tags are below ${TAGS}.`);
  return names.map((name) => `TAG_BIT(${cName('TAG', name)})`).join(' | ') || '0';
}

function enumOf(name, rows) {
  const numbers = rows.map(([, number]) => number);
  if (new Set(numbers).size < numbers.length) throw new Error(`A number stands for two things in ${name}.`);
  return `enum ${name} {\n${rows.map(([key, number]) => `\t${key} = ${number},\n`).join('')}};\n`;
}

const arrayOf = (declaration, rows) =>
  `static const ${declaration} = {\n${rows.map((row) => `\t${row},\n`).join('')}};\n`;
