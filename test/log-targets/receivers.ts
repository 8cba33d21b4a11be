/** Receivers of logs, each small and real: of OpenTelemetry, of the journal's native datagrams, and Debian's rsyslog. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';

/** A line that has arrived. */
export interface Arrived {
  readonly text: string;
  readonly sequence: number;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface OtlpReceiver {
  readonly lines: Arrived[];
  /** The status of the next answers; null: it does not answer. */
  status: number | null;
  close(): Promise<void>;
}

type Attributes = { key: string; value: { stringValue?: string; intValue?: string } }[];

const table = (attributes: Attributes): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? '']));

export async function otlpReceiver(port: number): Promise<OtlpReceiver> {
  const lines: Arrived[] = [];
  const server: Server = createServer(async (request, answer) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (receiver.status === null) return;
    answer.statusCode = receiver.status;
    answer.end('{}');
    if (receiver.status !== 200) return;
    for (const { resource, scopeLogs } of JSON.parse(body).resourceLogs)
      for (const record of scopeLogs[0].logRecords) {
        const own = table(record.attributes);
        const sequence = Number(own['log.record.sequence']);
        lines.push({ text: record.body.stringValue, sequence, attributes: { ...table(resource.attributes), ...own } });
      }
  });
  const receiver: OtlpReceiver = {
    lines,
    status: 200,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

/** Node has no datagrams on Unix sockets. Writes entries in the export format of the journal, with those that came as memory files. */
const JOURNAL = `
import array, mmap, os, socket, sys
path, out = sys.argv[1], open(sys.argv[2], 'ab', buffering=0)
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(path)
while True:
    data, extra, _, _ = receiver.recvmsg(1 << 20, socket.CMSG_SPACE(4))
    for _, _, fds in extra:
        fd = array.array('i', fds)[0]
        data = mmap.mmap(fd, os.fstat(fd).st_size, prot=mmap.PROT_READ)[:]
        os.close(fd)
    out.write(b'__REALTIME_TIMESTAMP=1\\n' + data + b'\\n')
`;

export interface JournalReceiver {
  readonly path: string;
  /** What it has written, in the export format. */
  readonly exported: string;
}

export async function journalReceiver(folder: string): Promise<JournalReceiver> {
  const receiver = { path: join(folder, 'journal'), exported: join(folder, 'journal.export') };
  started('/usr/bin/python3', '-c', JOURNAL, receiver.path, receiver.exported);
  await eventually('it receives', () => existsSync(receiver.path));
  return receiver;
}

/** rsyslogd with an input each for TCP, UDP and a Unix socket. Lines: input, app name, process, structured data, text. */
export async function rsyslog(
  folder: string,
  tcp: number,
  udp: number,
): Promise<{ readonly out: string; readonly unix: string }> {
  const [out, unix, config] = [join(folder, 'rsyslog.out'), join(folder, 'log'), join(folder, 'rsyslog.conf')];
  const format = '%inputname% %app-name% %procid% %structured-data% %msg%\\n';
  writeFileSync(
    config,
    `module(load="imtcp")
module(load="imudp")
module(load="imuxsock" SysSock.Use="off")
input(type="imtcp" port="${tcp}" address="127.0.0.1")
input(type="imudp" port="${udp}" address="127.0.0.1")
input(type="imuxsock" Socket="${unix}" UseSpecialParser="off" UsePIDFromSystem="off")
template(name="all" type="string" string="${format}")
action(type="omfile" file="${out}" template="all")
`,
  );
  started('rsyslogd', '-n', '-f', config, '-i', join(folder, 'rsyslog.pid'));
  await eventually('rsyslog listens', () => existsSync(unix));
  return { out, unix };
}

/** A certificate for localhost, in files. It is its own authority. */
export function certificates(folder: string): { readonly ca: string; readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...name,
    '-keyout',
    key,
    '-out',
    cert,
  ];
  const { status, stderr } = spawnSync('openssl', request, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { ca: cert, cert, key };
}

/** What comes over TLS. */
export async function tlsReceiver(port: number, cert: string, key: string): Promise<{ text: string }> {
  const out = { text: '' };
  const server = createTlsServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      out.text += data;
    });
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  onTestFinished(() => void server.close());
  return out;
}

/** A program that ends with the test. */
export function started(file: string, ...args: string[]): ChildProcess {
  const child = spawn(file, args, { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** The whole lines of a file: the last one may be on its way. */
export function linesOf(path: string): string[] {
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .slice(0, -1)
        .filter((line) => line !== '')
    : [];
}
