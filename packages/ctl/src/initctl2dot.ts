/** initctl2dot: jobs and events as a graph for Graphviz (reference: system §9.2). */
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeText, encodeText, standardStreams, VERSION } from '@upstart/common';
import { connect } from '@upstart/protocol';
import yargs from 'yargs';
import { runCommand } from './commands.ts';
import { COLOURS, dotGraph, type Graph, GraphError, parseShowConfig, restrict } from './dot-graph.ts';
import { DOT_OPTIONS } from './dot-options.ts';

/** Parses the command line. Yargs exits by itself for --help and --version. */
function parseCommandLine(words: string[]) {
  return yargs(words)
    .scriptName('initctl2dot')
    .usage('Usage: $0 [OPTION]...\n\nTurns the output of `initctl show-config -e` into a graph for dot(1).')
    .options(DOT_OPTIONS)
    .parserConfiguration({
      'camel-case-expansion': false,
      'boolean-negation': false,
      'parse-numbers': false,
      'duplicate-arguments-array': false,
    })
    .version(`initctl2dot (upstart ${VERSION})`)
    .strict()
    .fail((message, error) => {
      throw error ?? new GraphError(message);
    })
    .parseSync();
}

async function showConfig(scope: 'user' | 'system' | undefined): Promise<string> {
  const argv = ['initctl', ...(scope === undefined ? [] : [`--${scope}`]), 'show-config', '-e'];
  let out = '';
  let err = '';
  const status = await runCommand(argv, {
    env: process.env,
    terminal: { out: false, err: false, columns: 0 },
    local: true,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    connect: (which) => connect({ scope: which, client: 'initctl2dot' }),
  });
  if (status !== 0) throw new GraphError(`cannot run '${argv.join(' ')}': ${err.trim()}`);
  return out;
}

function readConfig(path: string): string {
  try {
    return decodeText(readFileSync(path));
  } catch {
    throw new GraphError(`cannot read file '${path}'`);
  }
}

function writeGraph(path: string, text: string): void {
  if (path === '-') {
    standardStreams.out(text);
    return;
  }
  try {
    writeFileSync(path, encodeText(text));
  } catch {
    throw new GraphError(`cannot open file '${path}' for writing`);
  }
}

async function main(): Promise<void> {
  const given = parseCommandLine(process.argv.slice(2));
  const scope = given.system ? 'system' : given.user ? 'user' : undefined;
  const text = given.infile === undefined ? await showConfig(scope) : readConfig(given.infile);
  const whole: Graph = parseShowConfig(text);
  const jobs = given['restrict-to-jobs'];
  const graph = jobs === undefined ? whole : restrict(whole, jobs.split(','));
  const colours = Object.fromEntries(
    Object.keys(COLOURS).map((what) => [what, String((given as Record<string, unknown>)[`color-${what}`])]),
  ) as typeof COLOURS;
  writeGraph(given.outfile, dotGraph(graph, colours));
}

try {
  await main();
} catch (error) {
  console.error(`ERROR: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
