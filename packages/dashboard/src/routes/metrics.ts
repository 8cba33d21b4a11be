/** `GET /metrics`: numbers of init and its jobs, as Prometheus scrapes them. */
import { collectMetrics, metricsText, openMetricsText } from '@upstart/ctl/parts';
import type { Gateway } from '../gateway.ts';
import { Answer } from '../http/answer.ts';

/** Where scrapers look for it. */
export const METRICS_PATH = '/metrics';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

/** OpenMetrics, or the older form for those that accept text alone. */
export async function metrics({ client, stateFolder }: Gateway, accept: string | null): Promise<Answer> {
  const families = await collectMetrics(await client(), stateFolder);
  const isOld = accept !== null && /text\/plain/.test(accept) && !/openmetrics/.test(accept);
  const [type, texts] = isOld ? [PROMETHEUS, metricsText(families)] : [OPEN_METRICS, openMetricsText(families)];
  return new Answer(bytesOf(texts), { headers: { 'content-type': type, 'cache-control': 'no-store' } });
}

/** Texts are garbage as soon as their bytes are there: they never add up in V8's heap. */
function bytesOf(texts: Iterable<string>): Uint8Array {
  return Buffer.concat(Array.from(texts, (text) => Buffer.from(text)));
}
