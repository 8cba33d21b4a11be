# What manager.sh runs first inside the namespaces: $INSTALLED is a tree as `npm run install-system -- --destdir` makes it, $DIR
# the folder with the job files that init reads. Then come the checks of one manager, then `counts`.
set -u
export LC_ALL=C.UTF-8 HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cp -a "$INSTALLED/." / || exit 1
rm -rf /etc/init
ln -s "$DIR/conf" /etc/init
passed=0 failed=0

# check NAME COMMAND...: counts one more, by whether the command succeeds. On failure the last output is shown.
check() {
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "ok     $name"
  else
    failed=$((failed + 1))
    printf 'not ok %s\n%s\n' "$name" "$output"
  fi
}

says() { output=$("${@:2}" 2>&1) && grep -qP -- "$1" <<< "$output"; }
# eventually COMMAND...: tries for two minutes.
eventually() {
  local deadline=$((SECONDS + 120))
  until "$@"; do ((SECONDS <= deadline)) || return 1; sleep 0.05; done
}
pid() { initctl status web | sed -n 's/.*process //p'; }

# counts: the last line, and whether nothing has failed.
counts() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}
