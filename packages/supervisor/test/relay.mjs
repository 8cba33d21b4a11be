// A daemon that is only a wire: it connects descriptor 3 with the test, after telling its own pid in four bytes.
// With RELAY_SAYS it first says so many lines, on descriptors 1 and 2 in turn, or on 2 alone with RELAY_SAYS_ERRORS.
import { writeSync } from 'node:fs';
import { connect, Socket } from 'node:net';

for (let i = 0; i < Number(process.env.RELAY_SAYS ?? 0); i++)
  writeSync(process.env.RELAY_SAYS_ERRORS ? 2 : 1 + (i % 2), `relay ${i} ${'x'.repeat(100)}\n`);
const test = connect(process.env.RELAY_SOCKET ?? '');
const pid = Buffer.alloc(4);
pid.writeUInt32LE(process.pid);
test.write(pid);
const supervisor = new Socket({ fd: Number(process.env.UPSTART_SUPERVISOR_FD), readable: true, writable: true });
supervisor.pipe(test);
test.pipe(supervisor);
supervisor.on('end', () => test.end(() => process.exit(0)));
for (const socket of [test, supervisor]) socket.on('error', () => process.exit(3));
test.on('close', () => process.exit(3));
