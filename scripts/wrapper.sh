#!/bin/sh
# Runs BUNDLE with the Node that this installation was made with, or with the one of the PATH, wherever it lies and through whatever link
# it is called.
self=$(readlink -f -- "$0") || exit 1
lib=${self%/*}/../lib/upstart
unset NODE_EXTRA_CA_CERTS # reading certificates costs three times the rest of Node's start
node=$lib/node
[ -x "$node" ] || node=node
exec "$node" "$lib/BUNDLE" "$@"
