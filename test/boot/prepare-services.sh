#!/usr/bin/env bash
# Makes what the boot with imported services starts from, in FOLDER: root.tar, a Debian with the services of SERVICES, and units/PACKAGE, the
# units of these and of more packages. Everything comes from the mirror that apt is configured to use. Needs root.
set -euo pipefail
folder=$1

# Installed, and run.
SERVICES=(
  memcached nginx-light openssh-server cron at mosquitto haproxy prometheus-node-exporter rpcbind dbus tinyproxy php8.2-fpm uuid-runtime
  nullmailer vsftpd lighttpd
)
# Only their units are read.
UNITS=(
  apache2 apt avahi-daemon bind9 bluez chrony collectd-core cups-daemon dnsmasq dovecot-core e2fsprogs exim4-base fail2ban logrotate man-db mariadb-server
  nats-server network-manager nfs-kernel-server ntpsec openvpn polkitd postgresql-common proftpd-core qemu-guest-agent redis-server rsync
  rsyslog rtkit samba slapd smartmontools snmpd squid strongswan-starter stunnel4 systemd-timesyncd tor transmission-daemon udisks2
  unattended-upgrades unbound util-linux uwsgi-emperor varnish wireguard-tools wpasupplicant
)

apt-get update -qq
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' "Codename: $release" 'Component: main' | head -n 1)
[[ $mirror ]] || { echo "apt knows no mirror that has $release" >&2; exit 1; }

root=$folder/root
# Of what the packages' scripts start nothing gets out of these namespaces, and nothing survives them.
unshare --mount --pid --ipc --uts --fork --kill-child \
  debootstrap --variant=minbase --include="$(IFS=, && echo "sysv-rc,initscripts,iproute2,${SERVICES[*]}")" "$release" "$root" "$mirror" > "$folder/log" 2>&1 ||
  { tail -n 20 "$folder/log" "$root/debootstrap/debootstrap.log" >&2; exit 1; }
# Two servers for one port.
sed -i 's/^\(server.port *= *\)80$/\18080/' "$root/etc/lighttpd/lighttpd.conf"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info}/*
tar --numeric-owner -C "$root" -cf "$folder/root.tar" .

mkdir "$folder/units" "$folder/packages"
# Some of them have their units in another package.
for package in "${SERVICES[@]}" nginx-common dbus-system-bus-common; do
  chroot "$root" dpkg --listfiles "$package" | while read -r path; do
    [[ $path != */lib/systemd/system/* || $path == *.wants/* || ! -f $root$path ]] || install -D -m 644 "$root$path" "$folder/units/$package/${path#*/system/}"
  done
done
rm -rf "$root"
# apt would rather download as a user who cannot write here, and says so.
(cd "$folder/packages" && apt-get -o APT::Sandbox::User=root download -qq "${UNITS[@]}")
for file in "$folder"/packages/*.deb; do
  package=${file##*/} package=${package%%_*}
  dpkg-deb --fsys-tarfile "$file" | tar -C "$folder/packages" -x --wildcards './lib/systemd/system/*' './usr/lib/systemd/system/*' 2> /dev/null || :
  for place in lib usr/lib; do
    [[ ! -d $folder/packages/$place/systemd/system ]] || mv "$folder/packages/$place/systemd/system" "$folder/units/$package"
  done
done
rm -rf "$folder/packages" "$folder/log"
