#!/usr/bin/env bash
# Boots ROOT as a machine of namespaces whose init is systemd: units in ROOT/etc/systemd/system, a script /story that a unit runs once
# multi-user.target is reached. Of the units of this machine only targets and slices are there. Returns when the machine is off. Needs root, and a mount
# namespace of its own.
set -euo pipefail
root=$1 systemd=$2
if [[ ${3-} != inside ]]; then
  # A control group of its own, which is the root of all groups inside.
  groups=$(mktemp -d)
  mount -t cgroup2 cgroup2 "$groups"
  mkdir "$groups/systemd-guest-$$"
  echo $$ > "$groups/systemd-guest-$$/cgroup.procs"
  status=0
  unshare --cgroup --mount --uts --ipc --net --pid --fork --kill-child bash "$0" "$root" "$systemd" inside || status=$?
  echo $$ > "$groups/cgroup.procs"
  find "$groups/systemd-guest-$$" -depth -type d -exec rmdir {} + || :
  umount "$groups"
  rmdir "$groups"
  # The kernel ends the init of a pid namespace by SIGINT when it asks for the end of the machine.
  [[ $status == 130 ]] && exit 0
  exit "$status"
fi

mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mkdir -p usr etc proc sys dev run tmp var/log root
for folder in bin sbin lib lib64; do ln -sfn "usr/$folder" "$folder"; done
mkdir targets
cp /usr/lib/systemd/system/*.target targets/ 2> /dev/null || cp /lib/systemd/system/*.target targets/
mount --rbind /usr usr
mount -o remount,bind,ro usr
mount --bind targets usr/lib/systemd/system
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
for device in null zero full random urandom; do touch "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
printf 'root:x:0:0::/root:/bin/sh\n' > etc/passwd
printf 'root:x:0:\n' > etc/group
cp /etc/ld.so.cache etc/
tr -d - < /proc/sys/kernel/random/uuid > etc/machine-id
mkdir .machine
pivot_root . .machine
umount -l .machine
exec env -i container=namespaces PATH=/usr/sbin:/usr/bin:/sbin:/bin "$systemd" --system --unit=multi-user.target < /dev/null
