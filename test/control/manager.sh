#!/usr/bin/env bash
# The modules for services of a configuration manager on our installed binaries: manager.sh ansible|puppet. An example job is
# managed by init as PID 1 of namespaces of its own, on a throw-away copy of this machine's root. Needs root; gets Debian's
# package of the manager where it is missing. Ends with `N passed, N failed`.
set -u
cd "$(dirname "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.." || exit 1

manager=${1-}
case $manager in
  ansible) package=ansible-core ;;
  puppet) package=puppet-agent ;;
  *) echo "manager.sh: '$manager' is no manager: expected ansible or puppet" >&2; exit 2 ;;
esac
skip() { printf 'skipped: %s\n0 passed, 0 failed, 1 skipped\n' "$1"; exit 0; }
((EUID == 0)) || skip 'only root can have namespaces of its own'
if ! command -v "$manager" > /dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"; } \
    > /dev/null 2>&1 || skip "there is no $manager, and it cannot be installed"
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
cp test/control/manager-{checks,"$manager"}.sh "$case/"
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
printf 'export INSTALLED=%q DIR=%q\n. "$DIR/manager-checks.sh"\n. "$DIR/manager-%s.sh"\ncounts\n\n' "$installed" "$case" "$manager" > "$case/script"
adapter shell "$case/script"
