// A web server in one file. It says that it is ready by stopping itself for a moment, which `expect stop` waits for.
import { createServer } from 'node:http';

const port = Number(process.env.PORT);
const started = new Date();

createServer((_request, response) => response.end(`process ${process.pid}, up since ${started.toISOString()}\n`))
  .on('error', (error) => {
    console.error(`cannot listen on port ${port}: ${error.message}`);
    process.exit(1);
  })
  .listen(port, '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${port}`);
    process.kill(process.pid, 'SIGSTOP');
  });
