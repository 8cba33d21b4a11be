#!/bin/sh
# Runs BUNDLE with the Node that this installation was made with, wherever it lies and through whatever link it is called.
self=$(readlink -f -- "$0") || exit 1
lib=${self%/*}/../lib/upstart
unset NODE_EXTRA_CA_CERTS # reading certificates costs three times the rest of Node's start
exec "$lib/node" "$lib/BUNDLE" "$@"
