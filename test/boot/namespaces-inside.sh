# The inner half of namespaces.sh, in all namespaces but that of processes: makes the mounts and becomes the parent of init.
set -euo pipefail
root=$1 pid_file=$2 console=$3

mount --bind "$root" "$root"
mkdir -p "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
give() { touch "$root/dev/$1" && mount --bind "$2" "$root/dev/$1"; }
for device in null zero full random urandom tty; do give "$device" "/dev/$device"; done
give ptmx "$root/dev/pts/ptmx"
ln -s /proc/self/fd "$root/dev/fd"

# The console is the first terminal. The kernel's log is that of the whole machine: what is written there goes to the console.
perl "$console" "$root/dev/pts" < /dev/null &
for _ in {1..500}; do [[ ! -e $root/dev/pts/0 ]] || break; sleep 0.01; done
give console "$root/dev/pts/0"
give kmsg "$root/dev/pts/0"
exec 8> "$pid_file"

exec unshare --pid --fork --kill-child bash -c '
  # Until the new /proc is mounted, /proc/self tells the pid that the world outside knows this process by.
  read -r pid _ < /proc/self/stat
  mount -t proc -o nosuid,nodev,noexec proc "$0/proc"
  mount -t sysfs -o nosuid,nodev,noexec sysfs "$0/sys"
  cd "$0" && mkdir .machine && pivot_root . .machine && cd / && umount -l .machine && rmdir .machine
  echo "$pid" >&8
  exec env -i TERM=linux INIT_VERBOSE=yes /sbin/init <> /dev/console >&0 2>&1 8>&-
' "$root"
