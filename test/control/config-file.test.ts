/** The file of init's settings, as a user has it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, onTestFinished } from 'vitest';
import { eventually } from '../eventually.ts';
import { SessionInit } from './session-init.ts';

it('gives a session its settings, and the command line wins', async () => {
  const lines = ['# mine', 'logdir $HOME/my logs # with a blank', 'log-format json', 'log-dir x', 'no-startup-event'];
  const init = await SessionInit.start({
    jobs: { greeter: 'start on startup or hello\nexec echo hello' },
    before: `mkdir "$HOME/my logs"; cat > "$HOME/.config/upstart.conf" <<END\n${lines.join('\n')}\nEND`,
    options: ['--log-format=text', '--startup-event=hello'],
  });
  onTestFinished(async () => {
    await init.end();
    init.remove();
  });
  const file = join(init.home, '.config/upstart.conf');
  await init.hears(`init:${file}:4: unknown setting: log-dir; did you mean \`logdir DIR\`?`);
  const log = join(init.home, 'my logs/greeter.log');
  await eventually('the log has a line', () => existsSync(log) && readFileSync(log, 'utf8') === 'hello\r\n');
});
