/** `npm run bench [-- --quick|--long] [--no-peers] [SCENARIO…]`: measures, prints tables, and writes bench/results/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, type ScenarioResult } from './harness/measure.ts';
import { PRODUCT } from './harness/programs.ts';
import type { Effort, Scenario } from './harness/scenario.ts';
import { endAll } from './inits/init.ts';
import { chart } from './report/chart.ts';
import { describeMachine, type Report } from './report/report.ts';
import { markdown, missingText, scenarioText } from './report/table.ts';
import { SCENARIOS } from './scenarios/all.ts';

const RESULTS = join(PRODUCT, '..', 'bench', 'results');
const EFFORTS: Record<string, Effort> = { '--quick': 'quick', '--long': 'long' };

interface Choice {
  effort: Effort;
  scenarios: readonly Scenario[];
}

/** What the arguments ask for; null when they make no sense. */
function readArguments(args: readonly string[]): Choice | null {
  let effort: Effort = 'usual';
  let peers = true;
  const names: string[] = [];
  for (const word of args) {
    const option = EFFORTS[word];
    if (option) effort = option;
    else if (word === '--no-peers') peers = false;
    else if (SCENARIOS.some(({ name }) => name === word)) names.push(word);
    else return null;
  }
  const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.includes(name));
  const scenarios = peers ? chosen : chosen.map(withoutPeers);
  return { effort, scenarios };
}

function withoutPeers(scenario: Scenario): Scenario {
  return { ...scenario, subjects: scenario.subjects.filter(({ kind }) => kind !== 'peer') };
}

function usage(): string {
  const rows = SCENARIOS.map(({ name, title }) => `  ${name.padEnd(15)}${title}`);
  return `usage: npm run bench -- [--quick|--long] [--no-peers] [SCENARIO...]\n${rows.join('\n')}`;
}

function write(report: Report): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(RESULTS, 'results.md'), markdown(report));
  writeFileSync(join(RESULTS, 'chart.svg'), chart(report.scenarios));
}

async function main(): Promise<number> {
  const choice = readArguments(process.argv.slice(2));
  if (choice === null) {
    console.error(usage());
    return 2;
  }
  const at = new Date().toISOString();
  const machine = describeMachine();
  const results: ScenarioResult[] = [];
  for (const scenario of choice.scenarios) {
    const result = await measure(scenario, choice.effort, (text) => process.stderr.write(`measuring ${text}\n`));
    results.push(result);
    console.log(`\n${scenarioText(result)}`);
    // After each one: a long run that is ended early has not been for nothing.
    write({ at, effort: choice.effort, machine, scenarios: results });
  }
  console.log(`\n${missingText(results)}\n\nWritten to bench/results: results.json, results.md, chart.svg`);
  return 0;
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => void endAll().then(() => process.exit(status)));
}

process.exitCode = await main();
