#!/usr/bin/env bash
# Ansible's own `service` and `service_facts` modules on our installed binaries: an example job is managed by init as PID 1 of
# namespaces of its own, on a throw-away copy of this machine's root. Needs root; gets Debian's ansible-core where it is
# missing. Ends with `N passed, N failed`.
set -u
cd "$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.." || exit 1

skip() { printf 'skipped: %s\n0 passed, 0 failed, 1 skipped\n' "$1"; exit 0; }
((EUID == 0)) || skip 'only root can have namespaces of its own'
if ! command -v ansible > /dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ansible-core; } \
    > /dev/null 2>&1 || skip 'there is no Ansible, and it cannot be installed'
fi

work=$(mktemp -d)
chmod 755 "$work"
case=$work/case
installed=$work/installed
adapter() { CONFORMANCE_BIN=$installed/usr/sbin conformance/adapter "$1" "$case" system "${@:2}"; }
finish() {
  adapter stop > /dev/null 2>&1
  # The mounts go with the namespaces, which the kernel takes down by itself.
  rm -rf --one-file-system "$work"
}
trap finish EXIT

node scripts/run.mjs install-system --destdir "$installed" --prefix /usr || exit 1
mkdir -p "$case"/{conf,log,run,home}
cp test/control/ansible-inside.sh "$case/"
cat > "$case/conf/web.conf" << 'JOB'
description "an example service"
start on runlevel [2345]
respawn
script
  trap 'echo reloaded' HUP
  while :; do sleep 0.1; done
end script
JOB
adapter run > "$work/init" 2>&1 &
if ! adapter ready; then
  cat "$work/init"
  echo '0 passed, 1 failed'
  exit 1
fi
printf 'export INSTALLED=%q DIR=%q\n. "$DIR/ansible-inside.sh"\n' "$installed" "$case" > "$case/script"
adapter shell "$case/script"
