#!/usr/bin/env bash
# Makes what the boots start from, in FOLDER: root.tar, a Debian with the init scripts of System V and without any init, and
# vmlinuz, a kernel that needs no initramfs; and inits, a folder of packages for each init that can be installed in it. Everything comes from the mirror that apt is configured to use. Needs root.
set -euo pipefail
folder=$1

PACKAGES=(
  # The scripts of the boot and of the end, and what orders them.
  sysv-rc insserv initscripts orphan-sysvinit-scripts
  # What these scripts call.
  udev kmod procps ifupdown iproute2 netbase e2fsprogs util-linux-extra login
  # Services.
  cron:cron atd:at ssh:openssh-server rsyslog:rsyslog dbus:dbus
)

# The kernel of the day is not the one of lists that are older.
apt-get update -qq
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' "Codename: $release" 'Component: main' | head -n 1)
[[ $mirror ]] || { echo "apt knows no mirror that has $release" >&2; exit 1; }
names=("${PACKAGES[@]#*:}")

root=$folder/root
# Of what the packages' scripts start nothing gets out of these namespaces, and nothing survives them.
unshare --mount --pid --ipc --uts --fork --kill-child \
  debootstrap --variant=minbase --include="$(IFS=, && echo "${names[*]}")" "$release" "$root" "$mirror" > "$folder/log" 2>&1 ||
  { tail -n 20 "$folder/log" "$root/debootstrap/debootstrap.log" >&2; exit 1; }
for package in "${PACKAGES[@]}"; do
  [[ $package != *:* || -x $root/etc/init.d/${package%%:*} ]] || { echo "no init script ${package%%:*}" >&2; exit 1; }
done

# root has no password: who sits at the console logs in with Return.
chroot "$root" passwd --quiet --delete root
echo boot-test > "$root/etc/hostname"
printf 'auto lo\niface lo inet loopback\n' > "$root/etc/network/interfaces"
rm -f "$root"/var/cache/apt/archives/*.deb
for init in sysvinit-core systemd-sysv runit-init; do
  chroot "$root" apt-get install --download-only --no-install-recommends --yes -qq "$init" >> "$folder/log"
  mkdir -p "$folder/inits/$init"
  mv "$root"/var/cache/apt/archives/*.deb "$folder/inits/$init/"
done
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/*

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
mkdir "$folder/packages"
# apt would rather download as a user who cannot write here, and says so.
(cd "$folder/packages" && apt-get -o APT::Sandbox::User=root download -qq "$kernel" && dpkg -x "$kernel"_*.deb .)
# The modules of its network card, which udev loads.
modules=$(cd "$folder/packages" && echo lib/modules/*)
for module in virtio/virtio{,_ring,_pci,_pci_modern_dev,_pci_legacy_dev} net/virtio_net net/net_failover; do
  install -D -m 644 -t "$root/$modules" "$folder/packages/$modules/kernel/drivers/$module.ko"
done
install -m 644 -t "$root/$modules" "$folder/packages/$modules/kernel/net/core/failover.ko" "$folder/packages/$modules/"modules.{builtin,builtin.modinfo,order}
chroot "$root" depmod "${modules##*/}"
tar --numeric-owner -C "$root" -cf "$folder/root.tar" .
rm -rf "$root"

mv "$folder"/packages/boot/vmlinuz-* "$folder/vmlinuz"
rm -rf "$folder/packages" "$folder/log"
