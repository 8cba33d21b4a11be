// Asks the web server for its page every two seconds and logs the answer.
const address = `http://127.0.0.1:${process.env.PORT}/`;

async function visit() {
  try {
    const answer = await fetch(address);
    console.log(`${answer.status} ${(await answer.text()).trim()}`);
  } catch (error) {
    console.log(`no answer: ${error.cause?.message ?? error.message}`);
  }
}

setInterval(visit, 2000);
visit();
