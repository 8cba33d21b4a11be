#!/usr/bin/env bash
# Makes the root that is booted, in FOLDER: what prepare-services.sh made, this machine's Node, our product as its init, and a job for each
# of the units of these packages. Needs root.
set -euo pipefail
base=$1 root=$2
shift 2
here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
. "$here/unpack-root.sh"

unpack_root "$base" "$root"
# Their own scripts would start them as well.
rm -f "$root"/etc/rc[0-6S].d/*
"$here/../../dist/bin/upstart" import systemd --force -o "$root/etc/init" "$@" 2> "$root/etc/init/report"
# No root of a user namespace may protect a process from the kernel.
sed -i '/^oom score -/d' "$root"/etc/init/dbus.conf
# What is no part of any unit: folders of tmpfiles.d, and the loopback interface.
cat > "$root/etc/init/places.conf" << 'END'
start on starting rc-sysinit
task
script
  ip link set lo up
  systemd-tmpfiles --create --remove --boot --exclude-prefix=/dev || :
end script
END
