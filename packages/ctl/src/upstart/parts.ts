/** What the dashboard (`packages/dashboard`) shares with the commands of `upstart`: one logic, shown in a terminal or over HTTP. */

export type { LogFile } from '@upstart/log-reader';
export type { DashboardOrder, ScreenOrder } from '../dashboard/load.ts';
export { readHistory } from '../history.ts';
export type { Scene, SceneBox, SceneNode } from '../pictures/graph/scene.ts';
export type { DrawAnswer, DrawOrder } from '../pictures/order.ts';
export { type Palette, paletteFor, printable } from '../text/colour.ts';
export { columnsOf, cut, elided, folded, padColumns } from '../text/columns.ts';
export { explanationLines } from '../text/explanation.ts';
export { historyText } from '../text/history.ts';
export { simulationLines } from '../text/simulation.ts';
export { stateColour } from '../text/status.ts';
export { stateFolder } from './commands/simulate.ts';
export { meantJobs } from './jobs.ts';
export { Follower } from './logs/follow.ts';
export { type LastLines, lastLines } from './logs/last-lines.ts';
export { logFilesOf } from './logs/log-files.ts';
export type { Position as LogPosition } from './logs/series.ts';
export { collect as collectMetrics } from './metrics/collect.ts';
export { type Family as MetricFamily, hasSamples, metricsText, openMetricsText } from './metrics/text.ts';
export { isBad, jobRows, type Row } from './ps/rows.ts';
export { type Look, shares } from './ps/shares.ts';
export { columnsFor, fit, whyText, widthOf } from './ps/table.ts';
export { statusOrNone, untilSettled } from './settled.ts';
export { startTool, toolPath } from './tool-program.ts';
