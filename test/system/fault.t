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
  $ another() { local now=$(pgrep -P 1 -f daemon.js); [ -n "$now" ] && [ "$now" != "$before" ] && initctl version; }
  $ before=$(pgrep -P 1 -f daemon.js); ./fault 1; eventually 'init .upstart' another; status svc; [ $(pid_of svc) = $pid ] && echo the same
  init (upstart <version>)
  svc start/running, process <pid>
  the same
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
  $ start svc > /dev/null; before=$(pgrep -P 1 -f daemon.js); ./fault 1; eventually 'init .upstart' another; before=$(pgrep -P 1 -f daemon.js); ./fault 1; eventually 'init .upstart' another; stop svc > /dev/null 2>&1; start svc; cat trace
  init (upstart <version>)
  init (upstart <version>)
  svc start/running, process <pid>
  started
  both
