// The frames between daemon and supervisor as a C header, made from the table that the daemon uses itself.

/** The text of frame_table.h. `table`: what frame-table.ts exports, and SPAWN_STEPS. */
export function frameHeader({ LIMITS, FIELDS, SENT, GREETING, REPORTS, SPAWN_STEPS, CONSOLES }) {
  return [
    '/* Made from packages/daemon/src/process/frame-table.ts by scripts/frame-header.mjs. */',
    '#ifndef FRAME_TABLE_H\n#define FRAME_TABLE_H\n',
    '#include <stdint.h>\n',
    ...Object.entries(LIMITS).map(([name, value]) => `#define ${name} ${literal(value)}`),
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
    '/* RULE(name, kind, least, most) for each field. */',
    listOf(
      'FIELD_RULES',
      Object.entries(FIELDS).map(([name, { kind, least, most }]) => [
        cName('', name),
        cName('', kind),
        literal(least),
        literal(most),
      ]),
    ),
    '/* RULE(name, required, optional, repeated) for each frame that a daemon sends: sets of fields, a bit a tag. */',
    '#define TAG_BIT(tag) (UINT64_C(1) << (tag))',
    listOf(
      'FRAME_RULES',
      Object.entries(SENT).map(([name, { required = [], optional = [], repeated = [] }]) => [
        cName('', name),
        ...[required, optional, repeated].map((fields) => setOf(fields, FIELDS)),
      ]),
    ),
    '#endif\n',
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
  if (names.some((name) => fields[name].tag >= 64)) throw new Error('A set of fields has 64 bits: tags are below 64.');
  return names.map((name) => `TAG_BIT(${cName('TAG', name)})`).join(' | ') || '0';
}

function enumOf(name, rows) {
  const numbers = rows.map(([, number]) => number);
  if (new Set(numbers).size < numbers.length) throw new Error(`A number stands for two things in ${name}.`);
  return `enum ${name} {\n${rows.map(([key, number]) => `\t${key} = ${number},\n`).join('')}};\n`;
}

const listOf = (name, rows) =>
  `#define ${name}(RULE) \\\n${rows.map((row) => `\tRULE(${row.join(', ')})`).join(' \\\n')}\n`;
