# What an engine does before it starts the first process of a container, without an engine: a root of its own, namespaces, docker's
# default capabilities, /sys read-only, parts of /proc masked, /dev made. For a mount namespace of its own; see container.ts.
# Arguments: the folder of executables, the case's folder, the command. KIND is any of: read-only (the root), user (nobody), bare (no
# capabilities at all).
set -eu
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../conformance/modes")
BIN=$1 DIR=$2
shift 2

. "$here/throw-away-root.sh"
make_root
make_common_devices
ln -s pts/ptmx "$root/dev/ptmx"
for n in 0 1 2; do ln -s "/proc/self/fd/$n" "$root/dev/$(echo stdin stdout stderr | cut -d' ' -f$((n + 1)))"; done
mount -t tmpfs -o mode=755 tmpfs "$root/etc/init" 2> /dev/null || { mkdir -p "$root/etc/init"; mount -t tmpfs -o mode=755 tmpfs "$root/etc/init"; }
cp -r "$DIR/conf/." "$root/etc/init/"
mkdir -p "$root/var/log/upstart" "$root/run/upstart"
case ${KIND:-} in *user*) chown -R nobody "$root/var/log/upstart" "$root/run/upstart" ;; esac
show_needed
enter_root

# Docker's default set, except MKNOD: it is there, but nothing may depend on it.
kept=+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+audit_write,+setfcap
export DIR KIND=${KIND:-}
exec unshare --fork --kill-child --pid --uts --ipc --net --cgroup bash -c '
  read -r pid _ < /proc/self/stat
  echo "$pid" > "$DIR/run/init.pid"
  umount -l /sys
  umount -l /proc
  mount -t proc -o nosuid,nodev,noexec proc /proc
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
  for path in bus fs irq sys sysrq-trigger; do
    [ -e "/proc/$path" ] || continue
    mount --bind "/proc/$path" "/proc/$path"
    mount -o remount,bind,ro "/proc/$path"
  done
  for path in kcore keys latency_stats timer_list; do [ ! -e "/proc/$path" ] || mount --bind /dev/null "/proc/$path"; done
  for path in acpi scsi; do [ ! -d "/proc/$path" ] || mount -t tmpfs -o ro tmpfs "/proc/$path"; done
  ip link set lo up 2> /dev/null
  cd /
  case $KIND in *read-only*) mount -o remount,ro / ;; esac
  identity=
  case $KIND in *user*) identity="--reuid nobody --regid nogroup --clear-groups --no-new-privs" ;; esac
  capabilities=-all,$1
  shift
  case $KIND in *bare*) capabilities=-all ;; esac
  exec env -i PATH="$(dirname "$1"):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOSTNAME=c0ffee HOME=/ GREETING=hello container=docker \
    setpriv $identity --inh-caps=-all --bounding-set="$capabilities" "$@"
' - "$kept" "$@"
