/** Whatever a unit says, an import ends, and init reads its job files. */
import { parseJob } from '@upstart/job-language';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY_RUNS } from '../../../../../test/effort.ts';
import { fromSystemd } from './from-systemd.ts';
import { DIRECTIVE_ROWS } from './setting-rows.ts';

/** Directives that other modules read, by their sections. */
const OTHERS: Readonly<Record<string, string>> = {
  Service:
    'Type ExecStart ExecStartPre ExecStop ExecReload Restart RestartSec RuntimeDirectory TimeoutStartSec SuccessExitStatus BusName NotifyAccess RemainAfterExit X-Upstart-Expect',
  Unit: 'Wants After Before Requires PartOf ConditionPathExists OnFailure Conflicts StartLimitIntervalSec StartLimitBurst',
  Install: 'WantedBy Alias',
  Timer: 'OnCalendar OnUnitActiveSec RandomizedDelaySec',
  Socket: 'ListenStream Accept',
  Path: 'PathChanged',
};

const keys = [
  ...DIRECTIVE_ROWS.map(({ section, key }) => `[${section}]\n${key}`),
  ...Object.entries(OTHERS).flatMap(([section, names]) => names.split(' ').map((key) => `[${section}]\n${key}`)),
];
const value = fc.oneof(
  fc.stringMatching(/^[ -~]{0,20}$/),
  fc.constantFrom('a.service', 'b.service', 'multi-user.target', '%i', '5', '1min', 'infinity', '-1', '99999999999'),
  fc.constantFrom(
    'on-failure',
    'notify',
    'oneshot',
    'forking',
    'dbus',
    '+/bin/x "a',
    '$X',
    'end script',
    'a#b',
    'é\\',
    '"',
  ),
);
const units = fc.array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 12 });

it('gives job files that are read, for any units', () => {
  fc.assert(
    fc.property(units, fc.constantFrom('a.service', 'a@.service', 'a.target'), (directives, name) => {
      const text = directives.map(([key, given]) => `${key}=${given}`).join('\n');
      const names = [name, 'a.timer', 'a.socket', 'a.path', 'b.service'];
      const { files } = fromSystemd(
        names.map((each) => ({ name: each, text })),
        'system',
      );
      expect(files.length).toBeGreaterThan(1);
      for (const file of files) parseJob(file.text, { name: file.name, path: file.name });
    }),
    { numRuns: PROPERTY_RUNS * 8 },
  );
});

it('leaves out a value that no stanza takes, and says so', () => {
  const { files, report } = fromSystemd(
    [{ name: 'a.service', text: '[Service]\nNice=77\nExecStart=/bin/a' }],
    'system',
  );
  expect(files[0]?.text).not.toContain('nice');
  expect(report).toContainEqual({
    place: 'a.service: nice',
    kind: 'refused',
    text: 'Illegal nice value, expected -20 to 19',
  });
});
