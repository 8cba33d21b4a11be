/** shutdown as a process of its own, and reboot, halt and poweroff, as far as the program that people call leaves them to it. */
import { rebootTool } from './reboot-tool.ts';
import { shutdown } from './shutdown-tool.ts';
import { runTool } from './tool.ts';

/** Before the path of that program and its words. */
const CALLED_AS = '--called-as';

const [first, path = '', ...words] = process.argv.slice(2);
if (first === CALLED_AS) await runTool(rebootTool(path), words);
else await runTool(shutdown);
