/** The sender of a target. */
import type { LogTarget, NamedLogTarget } from '@upstart/job-language';
import { JournaldSender } from './journald.ts';
import { OtlpSender } from './otlp.ts';
import type { Sender } from './sender.ts';
import { UdpSyslogSender, UnixSyslogSender } from './syslog.ts';
import { StreamSyslogSender } from './syslog-stream.ts';

type Files = Pick<NamedLogTarget, 'ca' | 'cert' | 'key' | 'headers'>;
export type SenderMaker = (target: LogTarget & Files) => Sender;

/** `helper`: the program unix-datagram. */
export function senderMaker(helper: string): SenderMaker {
  return ({ kind, location, ca, cert, key, headers }) => {
    if (kind === 'journald') return new JournaldSender(helper, location);
    if (kind === 'otlp') return new OtlpSender({ url: location, ca, cert, key, headers });
    if (location.startsWith('unix:')) return new UnixSyslogSender(helper, location.slice('unix:'.length));
    const [, scheme = '', host = '', port = ''] = /^(\w+):\/\/(.*):([0-9]+)$/.exec(location) ?? [];
    const place = { host, port: Number(port) };
    if (scheme === 'udp') return new UdpSyslogSender(host.replace(/^\[(.*)\]$/, '$1'), place.port);
    return new StreamSyslogSender({ ...place, tls: scheme === 'tls' ? { ca, cert, key } : null });
  };
}
