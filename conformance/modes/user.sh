# A session init. All of its processes are known by XDG_RUNTIME_DIR, which names the case's own folder.

user_environment() {
  export HOME=$DIR/home XDG_RUNTIME_DIR=$DIR/run XDG_CONFIG_HOME=$DIR/home/.config XDG_CACHE_HOME=$DIR/home/.cache
  export TERM=${TERM:-linux} PATH=$BIN:$PATH
}

user_run() {
  user_environment
  cd "$DIR" || exit 1
  echo $$ > "$INIT_PID"
  exec "$BIN/init" --user --no-sources --confdir "$DIR/conf" --logdir "$DIR/log" "$@"
}

# Sets UPSTART_SESSION from the file that the init announces its address in.
user_address() {
  local file
  for file in "$DIR"/run/upstart/sessions/"$INIT".session; do
    [[ -s $file ]] && UPSTART_SESSION=$(sed -n 's/^UPSTART_SESSION=//p' "$file") && [[ -n $UPSTART_SESSION ]] && return
  done
  return 1
}

user_answers() {
  init_pid || return 1
  ended "$INIT" && { echo 'adapter: init has ended' >&2; exit 1; }
  user_address && UPSTART_SESSION=$UPSTART_SESSION "$BIN/initctl" version > /dev/null 2>&1
}

user_ready() {
  user_environment
  await 180 user_answers || { echo 'adapter: init does not answer' >&2; exit 1; }
}

user_shell() {
  init_pid && user_address || { echo 'adapter: no init to talk to' >&2; exit 1; }
  user_environment
  export UPSTART_SESSION
  exec bash --noprofile --norc "$1"
}

# Prints the processes that carry the mark of this case in their environment; nothing else has it, since the
# folder's name is made up anew for each case.
user_processes() {
  local file
  grep -lzsxF -e "XDG_RUNTIME_DIR=$DIR/run" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do
    [[ $pid != "$$" ]] && running "$pid" && echo "$pid"
  done
}

# Asks init to end; what is still there two seconds later is stopped, so that nothing is started anew, and killed.
user_stop() {
  local pids
  if init_pid && user_processes | grep -qx "$INIT"; then
    kill -TERM "$INIT" 2> /dev/null
    await 2 ended "$INIT" || kill -STOP "$INIT" 2> /dev/null
  fi
  for _ in {1..50}; do
    mapfile -t pids < <(user_processes)
    ((${#pids[@]})) || return 0
    kill -KILL "${pids[@]}" 2> /dev/null
    sleep 0.02
  done
}
