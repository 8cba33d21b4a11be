#!/usr/bin/env bash
# Boots ROOT, a copy of a composed root, as a machine of namespaces: its init is PID 1 of its own pid, mount, uts, ipc, net and user
# namespaces. root there is an ordinary user here, so that no script of the boot can touch this machine's clock, swap or kernel.
# What is written to the console comes out; the pid of init, as seen from here, is written to PID_FILE. Needs root.
set -euo pipefail
from=$1 root=$2 pid_file=$3
here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
# Where the users of the user namespace begin; nobody here has ids like these.
FIRST_ID=2000000000

unshare --user sleep infinity &
holder=$!
until [[ $(readlink "/proc/$holder/ns/user") != "$(readlink /proc/self/ns/user)" ]]; do sleep 0.01; done
for map in uid_map gid_map; do echo "0 $FIRST_ID 65536" > "/proc/$holder/$map"; done
# Held open, the namespace needs nobody in it.
exec 9< "/proc/$holder/ns/user"
kill "$holder"

mkdir -m 755 "$root"
chown $FIRST_ID:$FIRST_ID "$root"
# Devices cannot be made there, and are given by this machine.
tar --numeric-owner -C "$from" --exclude=./dev -c . |
  nsenter --user=/dev/fd/9 --setuid 0 --setgid 0 -- tar --numeric-owner -C "$root" -x
: > "$pid_file"
chmod 666 "$pid_file"
exec nsenter --user=/dev/fd/9 --setuid 0 --setgid 0 -- \
  unshare --mount --uts --ipc --net bash "$here/namespaces-inside.sh" "$root" "$pid_file" "$here/../../conformance/modes/console.pl"
