# Sourced in a mount namespace of its own: a copy of this machine's root folder, every write to which goes to memory and is
# gone with the namespace. $here is the folder of this file, DIR that of the case, BIN that of the executables.

# Makes the copy in $root, with an empty /dev, /run and /tmp.
make_root() {
  local space=$DIR/run/root
  mkdir -p "$space"
  mount -t tmpfs -o mode=755 tmpfs "$space"
  mkdir "$space/written" "$space/work" "$space/top"
  root=$space/top
  mount -t overlay -o "lowerdir=/,upperdir=$space/written,workdir=$space/work" overlay "$root"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
}

# device NAME MAJOR MINOR MODE
device() { mknod -m "$4" "$root/dev/$1" c "$2" "$3"; }

make_common_devices() {
  device null 1 3 666
  device zero 1 5 666
  device full 1 7 666
  device random 1 8 666
  device urandom 1 9 666
  device tty 5 0 666
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
  ln -s /proc/self/fd "$root/dev/fd"
}

# The same file at the same path.
show() {
  [ -d "$root$1" ] || mkdir -p "$root$1"
  mount --bind "$1" "$root$1"
}

# The overlay shows one file system. Shows what init, Node and the cases need of others, and the case's folder.
show_needed() {
  local dist node folder
  dist=$(dirname "$BIN")
  node=$(dirname "$(readlink -f "$dist/lib/upstart/node")")
  for folder in /usr "$dist" "$node" "$(realpath "$here/../..")"; do
    case $folder in /tmp/* | /run/*) show "$folder" ;; esac
    [ "$(stat -c %d "$folder")" = "$(stat -c %d /)" ] || show "$folder"
  done
  show "$DIR"
  mount --rbind /proc "$root/proc"
  mount --rbind /sys "$root/sys"
}

# Nothing outside can be reached from here on.
enter_root() {
  cd "$root"
  mkdir -p .machine
  pivot_root . .machine
  umount -l /.machine
  rmdir /.machine
}
