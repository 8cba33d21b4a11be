/** telinit as a process of its own. */

import { telinit } from './telinit-tool.ts';
import { runTool } from './tool.ts';

await runTool(telinit);
