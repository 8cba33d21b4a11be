# Runs in a mount namespace of its own: builds the throw-away root, goes there, and starts init as PID 1 of further
# namespaces. Arguments: the folder of executables, the case's folder, more options for init.
set -eu
here=$(dirname "${BASH_SOURCE[0]}")
BIN=$1 DIR=$2
shift 2

# Every write goes to a tmpfs, which nobody outside can see.
space=$DIR/run/root
mkdir -p "$space"
mount -t tmpfs -o mode=755 tmpfs "$space"
mkdir "$space/written" "$space/work" "$space/top"
root=$space/top
mount -t overlay -o "lowerdir=/,upperdir=$space/written,workdir=$space/work" overlay "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
device() { mknod -m "$4" "$root/dev/$1" c "$2" "$3"; }
device null 1 3 666
device zero 1 5 666
device full 1 7 666
device random 1 8 666
device urandom 1 9 666
device kmsg 1 3 600 # a /dev/null: the real one is the log of the whole machine
device tty 5 0 666
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
# A device, not a link: init looks for character device 5:2.
device ptmx 5 2 666
ln -s /proc/self/fd "$root/dev/fd"

# The console is a terminal of these namespaces' own, the first on this devpts.
perl "$here/console.pl" "$root/dev/pts" &
touch "$root/dev/console"
for _ in {1..500}; do [ -e "$root/dev/pts/0" ] && break || sleep 0.01; done
mount --bind "$root/dev/pts/0" "$root/dev/console"

# The overlay shows one file system. What init, Node and the cases need of others, and the case's folder, are bound to the same path.
show() {
  [ -d "$root$1" ] || mkdir -p "$root$1"
  mount --bind "$1" "$root$1"
}
dist=$(dirname "$BIN")
node=$(dirname "$(readlink -f "$dist/lib/upstart/node")")
for folder in /usr "$dist" "$node" "$(realpath "$here/../..")"; do
  case $folder in /tmp/* | /run/*) show "$folder" ;; esac
  [ "$(stat -c %d "$folder")" = "$(stat -c %d /)" ] || show "$folder"
done
show "$DIR"
mount --rbind /proc "$root/proc"
mount --rbind /sys "$root/sys"

cd "$root"
mkdir -p .machine
pivot_root . .machine
umount -l /.machine
rmdir /.machine

# Until the new /proc is mounted, /proc/self tells the pid that the world outside knows this process by.
export DIR
exec unshare --fork --kill-child --pid --uts --ipc --net bash -c '
  read -r pid _ < /proc/self/stat
  echo "$pid" > "$DIR/run/init.pid"
  umount -l /proc
  mount -t proc -o nosuid,nodev,noexec proc /proc
  ip link set lo up 2> /dev/null
  cd /
  exec env -i HOME=/ TERM=linux "$0" "$@" <> /dev/console >&0 2>&1
' "$BIN/init" --confdir "$DIR/conf" --logdir "$DIR/log" "$@"
