#!/bin/sh
# invoke-rc.d [OPTION]... NAME ACTION [ARGUMENT]...: starts and stops services that have a job for scripts of packages. All others
# are left to the distribution's own invoke-rc.d, which this one stands in front of.

self=$(readlink -f -- "$0") && tools=${self%/*} || exit 102
other=
for place in "$self.distrib" /usr/sbin/invoke-rc.d.distrib /usr/sbin/invoke-rc.d; do
    if [ -x "$place" ] && [ "$(readlink -f "$place")" != "$self" ]; then
        other=$place
        break
    fi
done

name= action= quiet= force= disclose= query=
for word; do
    case $word in
    --quiet) quiet=--quiet ;;
    --force) force=yes ;;
    --disclose-deny) disclose=yes ;;
    --query) query=yes disclose=yes ;;
    -*) ;;
    *)
        if [ -z "$name" ]; then name=${word%.sh}
        elif [ -z "$action" ]; then action=$word
        fi ;;
    esac
done

say() { [ -n "$quiet" ] || echo "invoke-rc.d: $*" >&2; }
is_script() { [ -e "/etc/init.d/$name" ] || [ -e "/etc/init.d/$name.sh" ]; }
# Services are the system's, whoever's session this is called from.
unset UPSTART_SESSION
is_job() { "$tools/initctl" status "$name" > /dev/null 2>&1 || "$tools/initctl" show-config "$name" > /dev/null 2>&1; }

hand_on() {
    [ -z "$other" ] || exec "$other" "$@"
    if [ -n "$action" ] && is_script; then exec "/etc/init.d/$name" "$action"; fi
    say "there is no service $name"
    exit 100
}

[ -n "$action" ] || hand_on "$@"
if ! is_job; then
    # In a chroot, where nothing is started: the init that is to run the job is another one.
    if [ ! -e "/etc/init/$name.conf" ] || is_script || [ -d /run/systemd/system ]; then hand_on "$@"; fi
    say "$name is a job, and no init that knows it runs here"
    exit 0
fi

# An administrator's word counts before ours. It may name other actions instead.
policy=/usr/sbin/policy-rc.d
if [ -x "$policy" ] && [ -z "$force" ]; then
    runlevel=$("$tools/runlevel" 2> /dev/null) || runlevel=
    instead=$("$policy" $quiet "$name" "$action" ${runlevel#* })
    case $? in
    0 | 1 | 104 | 105) ;;
    106) action=${instead%% *} ;;
    101)
        say "policy-rc.d denied execution of $action."
        [ -z "$disclose" ] || exit 101
        exit 0 ;;
    *)
        say "policy-rc.d failed"
        exit 102 ;;
    esac
fi
[ -z "$query" ] || exit 104

# Without advice: whoever calls this is a script.
DPKG_MAINTSCRIPT_PACKAGE=${DPKG_MAINTSCRIPT_PACKAGE:-invoke-rc.d}
export DPKG_MAINTSCRIPT_PACKAGE
exec "$tools/../lib/upstart/upstart-job" "$name" "$action"
