// Asks the web server for work twice a second, and tries again where it has no answer.  Usage: worker.mjs PORT
const PAUSE_MS = 500;
const [port] = process.argv.slice(2);

async function work() {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    console.log(`${answer.status} ${(await answer.text()).trim()}`);
  } catch (error) {
    console.log(`no answer: ${error.cause?.message ?? error.message}`);
  }
  setTimeout(work, PAUSE_MS);
}

await work();
