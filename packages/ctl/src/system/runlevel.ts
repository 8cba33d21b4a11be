/** runlevel as a process of its own. */

import { runlevel } from './runlevel-tool.ts';
import { runTool } from './tool.ts';

await runTool(runlevel);
