#!/usr/bin/env bash
# Makes the root that is booted, in FOLDER: what prepare-base.sh made, this machine's Node, our product as its init, and the
# jobs and the script of this folder. Needs root.
set -euo pipefail
base=$1 root=$2
here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
node=$(node -p process.execPath)

mkdir "$root"
tar --numeric-owner -C "$root" -xf "$base/root.tar"
install -D "$node" "$root/usr/local/bin/node"
# Its libraries, where the root has not got them anyway.
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  [[ -e $root$library ]] || install -D "$library" "$root$library"
done
# --force: there is a /usr/sbin/service already.
node "$here/../../scripts/run.mjs" install-system --destdir "$root" --prefix /usr --node /usr/local/bin/node --as-init --force
install -m 644 "$here"/jobs/* "$root/etc/init/"
install "$here/processes-left" "$root/etc/init.d/"
chroot "$root" update-rc.d processes-left defaults
# A service that runlevel 3 does not have.
chroot "$root" update-rc.d cron disable 3
