const { connect } = require('node:net');
const { createServer } = require('node:http');

const [host, port] = process.env.DATABASE.split(':');
createServer((_request, response) => {
  connect(Number(port), host).on('data', (data) => response.end(`hello from ${data} and ${process.env.CACHE}\n`));
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`listens on ${process.env.PORT}`));
