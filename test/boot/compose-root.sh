#!/usr/bin/env bash
# Makes the root that is booted, in FOLDER: what prepare-base.sh made, this machine's Node, our product as its init, and the
# jobs and the script of this folder. Needs root.
set -euo pipefail
base=$1 root=$2
here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
. "$here/unpack-root.sh"

unpack_root "$base" "$root"
install -m 644 "$here"/jobs/* "$root/etc/init/"
install "$here/processes-left" "$root/etc/init.d/"
chroot "$root" update-rc.d processes-left defaults
# A service that runlevel 3 does not have.
chroot "$root" update-rc.d cron disable 3
