/** Where the words of a kind come from: command lines that mean the same to bash, zsh and fish. */
import type { NamedKind } from '@upstart/common';
import { COMMANDS } from '../commands.ts';

/** How long the init may take to answer: someone waits at a prompt. */
const TIMEOUT_S = 2;
/** How many words are offered at most. */
const MAX_WORDS = 5000;

/** Asks the init that `$scope`, an option or nothing, names; silent where none answers. */
const ask = (words: string): string => `timeout ${TIMEOUT_S} initctl $scope ${words} 2>/dev/null </dev/null`;
const FIRST_ONES = `sort -u | head -n ${MAX_WORDS}`;

/** The names of the jobs one of whose instances has a state that fits the expression (reference: control §3.10). */
const jobs = (states: string): string =>
  `${ask('list')} | awk '/^[^\\t]/ { s = $0; sub(/,.*/, "", s); n = split(s, w, " "); if (w[n] ~ /${states}/) { sub(/ [^ ]*$/, "", s); sub(/ \\(.*\\)$/, "", s); print s } }' | ${FIRST_ONES}`;

/**
 * The hosts of the cluster by a program for awk, whose fields are the name and the labels of one. Where no file says that this host is in a
 * cluster, nothing is started that would look for one.
 */
const hosts = (fields: string): string =>
  `sh -c 'for f in "$UPSTART_CLUSTER_CONF" /etc/upstart/cluster.conf "\${XDG_CONFIG_HOME:-$HOME/.config}/upstart-cluster.conf"; do test ! -e "$f" || exec timeout ${TIMEOUT_S} upstart "$@" fleet hosts --brief; done' sh $scope 2>/dev/null </dev/null | awk '${fields}' | ${FIRST_ONES}`;

/** By kind: a command line that prints the words, one a line. */
export const SOURCES: Readonly<Record<Exclude<NamedKind, 'file' | 'folder' | 'none'>, string>> = {
  job: jobs('.'),
  'stopped-job': jobs('^stop\\/waiting$'),
  'running-job': jobs('^start\\/'),
  event: `${ask('show-config -e')} | awk '$1 == "emits" { print $2 } ($1 == "start" || $1 == "stop") && $2 == "on" { print $3 }' | ${FIRST_ONES}`,
  variable: `${ask('list-env')} | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p' | ${FIRST_ONES}`,
  host: hosts('{ print $1 }'),
  'host-label': hosts('{ print "host=" $1; for (i = 2; i <= NF; i++) print $i }'),
  'host-or-label': hosts('{ for (i = 1; i <= NF; i++) print $i }'),
  command: `printf '%s\\n' ${COMMANDS.map(({ name }) => name).join(' ')}`,
};
