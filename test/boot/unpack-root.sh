# What the roots that are booted have in common; to be sourced. `here` is this folder.

# unpack_root BASE ROOT: makes the folder ROOT from the prepared BASE, with this machine's Node and our product as its init.
unpack_root() {
  local base=$1 root=$2 node library
  node=$(node -p process.execPath)
  mkdir "$root"
  tar --numeric-owner -C "$root" -xf "$base/root.tar"
  install -D "$node" "$root/usr/local/bin/node"
  # Its libraries, where the root has not got them anyway.
  ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
    [[ -e $root$library ]] || install -D "$library" "$root$library"
  done
  # --force: there may be a /usr/sbin/service already.
  node "$here/../../scripts/run.mjs" install-system --destdir "$root" --prefix /usr --node /usr/local/bin/node --as-init --force
}
