# Runs in a mount namespace of its own: builds the throw-away root, goes there, and starts init as PID 1 of further
# namespaces. Arguments: the folder of executables, the case's folder, more options for init.
set -eu
here=$(dirname "${BASH_SOURCE[0]}")
BIN=$1 DIR=$2
shift 2

. "$here/throw-away-root.sh"
make_root
make_common_devices
device kmsg 1 3 600 # a /dev/null: the real one is the log of the whole machine
# A device, not a link: init looks for character device 5:2.
device ptmx 5 2 666

# The console is a terminal of these namespaces' own, the first on this devpts.
perl "$here/console.pl" "$root/dev/pts" &
touch "$root/dev/console"
for _ in {1..6000}; do [ -e "$root/dev/pts/0" ] && break || sleep 0.01; done
mount --bind "$root/dev/pts/0" "$root/dev/console"

# As an installation has it.
[ ! -d "$root/etc/dbus-1/system.d" ] || cp "$here/../../packages/dbus/policy/Upstart.conf" "$root/etc/dbus-1/system.d/"

# Not on the command line: D-Bus shows that of init to those whom it refuses something.
mkdir -p "$root/etc/upstart"
printf 'confdir %s\nlogdir %s\nno-sources\n' "$DIR/conf" "$DIR/log" > "$root/etc/upstart/upstart.conf"

show_needed
enter_root

# Until the new /proc is mounted, /proc/self tells the pid that the world outside knows this process by.
export DIR
exec unshare --fork --kill-child --pid --uts --ipc --net bash -c '
  read -r pid _ < /proc/self/stat
  echo "$pid" > "$DIR/run/init.pid"
  umount -l /proc
  mount -t proc -o nosuid,nodev,noexec proc /proc
  ip link set lo up 2> /dev/null
  cd /
  exec env -i HOME=/ TERM=linux perl -e '\''my $init = shift; exec { $init } "/sbin/init", @ARGV'\'' "$0" "$@" \
    <> /dev/console >&0 2>&1
' "$BIN/init" "$@"
