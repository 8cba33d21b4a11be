# PID 1 of namespaces of its own, on a throw-away copy of this machine's root: what is written there goes to memory and is
# gone with the namespaces. Only the case's folder is the real one. Needs root.

system_run() {
  ((EUID == 0)) || { echo 'adapter: mode system needs root' >&2; exit 1; }
  # The outer half makes the mounts and stays as parent; see modes/system-root.sh.
  exec unshare --mount --propagation private bash "$here/modes/system-root.sh" "$BIN" "$DIR" "$@"
}

# The process that `run` recorded, if it still is a PID 1 of other namespaces than ours.
system_init() {
  init_pid && running "$INIT" || return 1
  [[ $(sed -n 's/^NSpid:.*\t//p' "/proc/$INIT/status" 2> /dev/null) == 1 ]] &&
    [[ $(readlink "/proc/$INIT/ns/pid") != "$(readlink /proc/self/ns/pid)" ]]
}

system_enter() { nsenter --target "$INIT" --mount --uts --ipc --net --pid --wdns="$DIR" -- "$@"; }

system_answers() {
  init_pid || return 1
  ended "$INIT" && { echo 'adapter: init has ended' >&2; exit 1; }
  system_init && system_enter "$BIN/initctl" version > /dev/null 2>&1
}

system_ready() { await 180 system_answers || { echo 'adapter: init does not answer' >&2; exit 1; }; }

system_shell() {
  system_init || { echo 'adapter: no init to talk to' >&2; exit 1; }
  export PATH=$BIN:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  system_enter bash --noprofile --norc "$1"
}

# With their PID 1 the kernel ends all processes of the namespaces.
system_stop() {
  system_init || return 0
  kill -KILL "$INIT"
  await 60 ended "$INIT"
}
