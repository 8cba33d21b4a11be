import { expect, it } from 'vitest';
import { fromSystemd } from './from-systemd.ts';

function imported(units: Record<string, string>) {
  const sources = Object.entries(units).map(([name, text]) => ({ name, text }));
  const { files, report } = fromSystemd(sources, 'system');
  const of = (kind: string) => report.flatMap((line) => (line.kind === kind ? [`${line.place}: ${line.text}`] : []));
  const startOf = (text: string) => text.split('\n').find((line) => line.startsWith('start on '));
  return {
    starts: Object.fromEntries(files.map(({ name, text }) => [name, startOf(text)])),
    refused: of('refused'),
    approximated: of('approximated'),
  };
}

it('imports sockets with their type, file and name', () => {
  const { starts, refused, approximated } = imported({
    'a.service': '[Service]\nExecStart=/bin/a',
    'a.socket':
      '[Socket]\nListenStream=1\nListenStream=\nListenDatagram=53\nListenStream=@a%%b\nListenStream=/run/a b\nListenStream=%i\nSocketMode=0660\nSocketUser=web\nSocketGroup=adm\nFileDescriptorName=in',
    'b.service': '[Service]\nExecStart=/bin/b',
    'b.socket': '[Socket]\nListenStream=/run/b\nSocketMode=0755\nSocketUser=web',
  });
  expect(starts['a.conf']).toBe(
    'start on socket PROTO=inet PORT=53 TYPE=dgram NAME=in or socket PROTO=unix PATH=@a%b NAME=in or socket PROTO=unix PATH="/run/a b" MODE=660 OWNER=web:adm NAME=in',
  );
  expect(refused).toEqual(['a.socket:7: ListenStream: %i: no address that the event socket knows']);
  expect(approximated).toContain('a.service: sockets: the program gets the one with the connection, not all of them');
  expect(starts['b.conf']).toBe('start on socket PROTO=unix PATH=/run/b OWNER=web');
  expect(approximated.join('\n')).toContain('OWNER=web: its group stays that of init, not that of web');
});

it('imports timers that are due in some other way, or never', () => {
  const { starts, refused, approximated } = imported({
    'a.service': '[Service]\nType=oneshot\nExecStart=/bin/a',
    'a.timer':
      '[Timer]\nOnCalendar=daily\nOnCalendar=Sun 25:00\nOnUnitActiveSec=10min\nOnUnitInactiveSec=800d\nRandomizedDelaySec=2d\nPersistent=yes',
  });
  expect(starts['a.conf']).toBe('start on timer AT=00:00 PERSISTENT=yes or timer EVERY=10m');
  expect(approximated.filter((line) => line.startsWith('a.timer'))).toEqual([
    'a.timer:2: OnCalendar: start on timer AT=00:00 PERSISTENT=yes, without RandomizedDelaySec=: RANDOM is at most 1d',
    'a.timer:4: OnUnitActiveSec: start on timer EVERY=10m, without RandomizedDelaySec=: RANDOM is at most 1d',
  ]);
  expect(refused).toEqual([
    'a.timer:3: OnCalendar: CRON: hour 25 is not from 0 to 23',
    'a.timer:5: OnUnitInactiveSec: EVERY is at most 366d',
  ]);
});
