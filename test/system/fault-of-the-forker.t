A fault of the thread that forks once many processes run. Its descriptors are not those of process 1, so the main thread saves
what there is. All goes on, and new processes are started by another such thread.
mode: system

  $ printf 'instance $N\nexec sleep 1000\n' > conf/many.conf; printf 'script\n  echo begun\n  while [ ! -e %s/enough ]; do sleep 0.05; done\n  echo end\nend script\n' $PWD > conf/talker.conf
  $ boot
  $ cc -o fault $(dirname $(readlink /proc/1/exe))/../../test/system/fault.c
  $ start talker; eventually begun cat log/talker.log > /dev/null
  talker start/running, process <pid>
  $ for i in $(seq 600); do start --no-wait many N=$i; done > /dev/null; up() { initctl list | grep -c '^many.*running'; }; eventually '^600$' up
  600
  $ start many N=601 > /dev/null; threads() { ls /proc/1/task | wc -l; }; threads
  3
  $ another() { local now=$(pgrep -P 1 -f daemon.js); [ -n "$now" ] && [ "$now" != "$before" ] && initctl version; }
  $ pids() { initctl list | sed -n 's/^many.*process //p' | sort; }; pids > pids; before=$(pgrep -P 1 -f daemon.js); ./fault 1 $(ls /proc/1/task | sort -n | tail -1); eventually 'init .upstart' another
  init (upstart <version>)
  $ pids | diff - pids && echo the same; threads
  the same
  2
  $ printf 'exec echo hello\ntask\n' > conf/hello.conf; loaded hello; start hello; cat log/hello.log; threads
  hello stop/waiting
  hello
  3
  $ touch enough; eventually end tail -n 1 log/talker.log
  end
