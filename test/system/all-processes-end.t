Scripts that have all processes end reach the daemon, its helper and the logger, too: they are named for those who can be told, and those who
cannot find init again right after.
mode: system

  $ mount -t tmpfs none /etc/rc2.d; mkdir -p /etc/init; mount -t tmpfs none /etc/init
  $ printf '#!/bin/sh\necho $1 $runlevel\n' > script; chmod +x script; ln -s $PWD/script /etc/rc2.d/S20svc
  $ printf 'exec sleep 1000\n' > conf/early.conf; loaded early
  $ all() { pgrep -f daemon.js > pids; pgrep -f conf-watch >> pids; pgrep -x logger >> pids; cmp pids /run/sendsigs.omit.d/upstart && echo all are named; }; eventually named all
  all are named
  $ kill $(pgrep -f conf-watch); printf 'exec sleep 1000\n' > conf/late.conf; loaded late; pgrep -f conf-watch | cmp - <(sed -n 2p pids) && echo still there
  still there
  $ daemon() { pgrep -P 1 -f daemon.js; }; before=$(daemon); kill -TERM $before; telinit 2; runlevel; [ $(daemon) != $before ] && echo another daemon
  N 2
  another daemon
  $ there() { cmp <(pgrep -f 'daemon.js|conf-watch|^logger$') <(sort -n /run/sendsigs.omit.d/upstart) && echo named; }; eventually named there
  named
  $ before=$(pgrep -x logger); kill -KILL $before; again() { [ "$(pgrep -x logger)" != $before ] && there; }; eventually named again
  named
  $ upstart-rc 2; INIT_VERBOSE=yes upstart-rc 2
  start 2
  upstart-rc: /etc/rc2.d/S20svc start
  start 2
  upstart-rc: /etc/rc2.d/S20svc start has ended
