#!/usr/bin/env bash
# Makes the root that is booted, in FOLDER: what prepare-base.sh made, another init from the package INIT, and beside it the package
# upstart-init, installed as a person does. Needs root.
set -euo pipefail
base=$1 root=$2 init=$3
here=$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")
node=$(node -p process.execPath)
work=$root.packages

mkdir "$root" "$work"
tar --numeric-owner -C "$root" -xf "$base/root.tar"
# Nothing is started in the folder.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

# This machine's Node, as a package, with its libraries where the root has not got them anyway.
install -D "$node" "$work/nodejs/usr/bin/node"
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  [[ -e $root$library ]] || install -D "$library" "$work/nodejs/usr/lib/${library##*/}"
done
mkdir "$work/nodejs/DEBIAN"
printf '%s\n' 'Package: nodejs' "Version: $(node -p process.versions.node)" 'Architecture: amd64' 'Maintainer: nobody <nobody@localhost>' \
  'Description: Node of the machine around' > "$work/nodejs/DEBIAN/control"
dpkg-deb --root-owner-group -Znone --build "$work/nodejs" "$root/root/nodejs.deb"

node "$here/../../scripts/run.mjs" package --output "$work/made" init-deb
cp "$work"/made/upstart-init_*.deb "$root/root/upstart-init.deb"
mkdir "$root/root/init"
cp "$base/inits/$init"/*.deb "$root/root/init/"

export DEBIAN_FRONTEND=noninteractive
# systemd-sysv wants the others to be there before it is unpacked.
chroot "$root" sh -c 'ls /root/init/*.deb | grep -v "/$0_" | xargs -r dpkg --install && dpkg --install "/root/init/$0"_*.deb' "$init"
# A login on the serial line, when the other init is in charge; systemd makes one by itself.
case $init in
  sysvinit-core)
    sed -i 's,^#*T0:.*,T0:23:respawn:/sbin/getty -L ttyS0 115200 vt100,; s,^\([1-6]\):.*,#&,' "$root/etc/inittab"
    grep -q '^T0:' "$root/etc/inittab"
    ;;
  runit-init)
    mkdir -p "$root/etc/sv/getty-ttyS0"
    printf '#!/bin/sh\nexec /sbin/getty -L ttyS0 115200 vt100\n' > "$root/etc/sv/getty-ttyS0/run"
    chmod 755 "$root/etc/sv/getty-ttyS0/run"
    ln -sfn /etc/sv/getty-ttyS0 "$root/etc/runit/runsvdir/default/getty-ttyS0"
    ;;
esac
chroot "$root" apt-get install --yes /root/nodejs.deb /root/upstart-init.deb
rm -rf "$root/usr/sbin/policy-rc.d" "$root/root/nodejs.deb" "$root/root/init" "$work"
install -m 644 "$here"/jobs/{always,channel,entered}.conf "$root/etc/init/"
