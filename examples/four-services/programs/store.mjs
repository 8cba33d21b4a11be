// Plays a database or a cache: answers each line with one. Like a real one it needs a moment before it accepts connections.
// Usage: store.mjs NAME PORT
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const OPENING_MS = 300;
const [name, port] = process.argv.slice(2);
let count = 0;

function serve(connection) {
  connection.on('error', () => {});
  createInterface({ input: connection }).on('line', (line) => {
    if (line === 'next') count++;
    connection.write(`${name} ${count}\n`);
  });
}

console.log(`${name} opens its files`);
setTimeout(() => {
  createServer(serve).listen(Number(port), '127.0.0.1', () =>
    console.log(`${name} accepts connections at port ${port}`),
  );
}, OPENING_MS);
