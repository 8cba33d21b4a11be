/** upstart-rc as a process of its own. */
import { runTool } from './tool.ts';
import { upstartRc } from './upstart-rc-tool.ts';

await runTool(upstartRc);
