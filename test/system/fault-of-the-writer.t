A fault of the thread that writes logs, when something has just been written: the main thread stands still until process 1 has
started itself anew. What the job has written, and writes meanwhile, is all in its log, once.
mode: system

  $ printf 'script\n  n=0\n  while [ ! -e %s/enough ]; do n=$((n + 1)); echo line $n; sleep 0.01; done\n  echo end $n\nend script\n' $PWD > conf/talker.conf
  $ boot
  $ cc -o fault $(dirname $(readlink /proc/1/exe))/../../test/system/fault.c
  $ start talker; pid=$(pid_of talker); eventually 'line 20' cat log/talker.log > /dev/null
  talker start/running, process <pid>
  $ another() { local now=$(pgrep -P 1 -f daemon.js); [ -n "$now" ] && [ "$now" != "$before" ] && initctl version; }
  $ before=$(pgrep -P 1 -f daemon.js); ./fault 1 $(ls /proc/1/task | sed 1d | head -1) writev; eventually 'init .upstart' another
  init (upstart <version>)
  $ status talker; [ $(pid_of talker) = $pid ] && echo the same
  talker start/running, process <pid>
  the same
  $ touch enough; eventually end tail -n 1 log/talker.log > /dev/null
  $ tr -d '\r' < log/talker.log > lines; seq -f 'line %.0f' $(sed -n 's/^end //p' lines) > wanted; grep line lines | diff - wanted && echo every line, once
  every line, once
