A fault of process 1 itself: it starts itself anew and goes on with what it knew. Processes keep their jobs, output goes on into
the same log, a condition stays half met, and who waits gets the answer.
mode: system

  $ printf 'respawn\nexec sleep 1000\n' > conf/svc.conf
  $ printf 'task\nscript\n  echo begun\n  while [ ! -e %s/go ]; do sleep 0.05; done\n  echo done\nend script\n' $PWD > conf/slow.conf
  $ printf 'start on first and second\ntask\nexec sh -c "echo both >> %s/trace"\n' $PWD > conf/half.conf
  $ printf 'start on startup\ntask\nexec sh -c "echo started >> %s/trace"\n' $PWD > conf/once.conf
  $ boot
  $ cc -o fault $(dirname $(readlink /proc/1/exe))/../../test/system/fault.c
  $ eventually started cat trace; start svc; pid=$(pid_of svc); initctl emit --no-wait first; start slow > answer & eventually begun cat log/slow.log > /dev/null
  started
  svc start/running, process <pid>
  $ daemon() { pgrep -P 1 -f daemon.js; }; before=$(daemon)
  $ ./fault 1; eventually '^[0-9]+$' daemon > /dev/null; eventually running status svc; [ $(pid_of svc) = $pid ] && echo the same; [ $(daemon) != $before ] && echo under another daemon
  svc start/running, process <pid>
  the same
  under another daemon
  $ touch go; wait %1; cat answer; tr -d '\r' < log/slow.log
  slow stop/waiting
  begun
  done
  $ initctl emit second; cat trace
  started
  both
  $ kill -KILL $pid; respawned() { [ "$(pid_of svc)" != $pid ] && status svc; }; eventually running respawned
  svc start/running, process <pid>
  $ stop svc; initctl list | sort
  svc stop/waiting
  half stop/waiting
  once stop/waiting
  slow stop/waiting
  svc stop/waiting
  $ start svc > /dev/null; ./fault 1; answers() { initctl version; }; eventually 'init .upstart' answers; ./fault 1; eventually 'init .upstart' answers; stop svc > /dev/null 2>&1; start svc; cat trace
  init (upstart <version>)
  init (upstart <version>)
  svc start/running, process <pid>
  started
  both
