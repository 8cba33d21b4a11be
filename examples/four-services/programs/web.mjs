// A web server that is well if its two stores are. It finds them by DATABASE_PORT and REDIS_PORT.  Usage: web.mjs PORT
import { createServer } from 'node:http';
import { connect } from 'node:net';

const [port] = process.argv.slice(2);
const { DATABASE_PORT, REDIS_PORT } = process.env;

/** Sends a store a line and returns its answer. */
function ask(store, line) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: store, host: '127.0.0.1' }, () => socket.write(`${line}\n`));
    socket.setEncoding('utf8');
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(String(answer).trim());
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}

createServer(async ({ url }, response) => {
  const line = url === '/healthz' ? 'ping' : 'next';
  try {
    const answers = await Promise.all([ask(DATABASE_PORT, line), ask(REDIS_PORT, line)]);
    response.end(`${answers.join(', ')}\n`);
  } catch (error) {
    response.writeHead(503).end(`${error.message}\n`);
  }
}).listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));
